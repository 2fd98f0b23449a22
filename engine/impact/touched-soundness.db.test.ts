import * as fc from "fast-check";
import type { AdvisoryFacts } from "../../model/advisories/facts.ts";
import { createAdvisoryIndex } from "../../model/matching/advisory-index.ts";
import { matchComponents } from "../../model/matching/match.ts";
import { componentPackageKeys } from "../../model/matching/package-keys.ts";
import { withEngine, withTenant } from "../../store/tenant.ts";
import { listAdvisoryIndex, listFacts } from "../../store/work/inputs.ts";
import { type TestDatabase, createTestDatabase } from "../../test/support/database.ts";
import type { Feed } from "../advisories/feed.ts";
import type { Ctx } from "../context.ts";
import { createInventoryEngine, ctxFor, storeAdvisory, storeImage } from "../inventory/testing/stored.ts";
import { readFeedSequence, touchedSince } from "./touched.ts";

let database: TestDatabase;
let close: () => Promise<void>;
let acme: Ctx;
let platform: Ctx;

const purls = ["pkg:npm/left@1.0.0", "pkg:npm/left@2.0.0", "pkg:npm/right@1.0.0"];
const keys = purls.flatMap((purl) => {
  const found = componentPackageKeys(purl);
  return "keys" in found ? [...found.keys] : [];
});

beforeAll(async () => {
  database = await createTestDatabase();
  const made = await createInventoryEngine(database);
  close = made.close;
  acme = ctxFor(made.engine, "acme");
  platform = ctxFor(made.engine, "operators", true);
  await storeImage(acme, 1, purls);
});
afterAll(async () => {
  await close();
  await database.drop();
});

/** What a worker finds in each component as of a feed sequence, without the numbers of the records. */
async function findingsAt(seq: number): Promise<Map<string, string>> {
  const records = await withEngine(acme.engine, async (tx) => {
    const index = await listAdvisoryIndex(tx, "acme", seq, [...new Set(keys)]);
    const facts = await listFacts(tx, "acme", [...new Set(index.map(({ digest }) => digest))]);
    const texts = new Map(facts.map((record) => [record.digest, record.facts]));
    return index.map((entry) => ({
      seq: entry.seq,
      facts: JSON.parse(texts.get(entry.digest) ?? "") as AdvisoryFacts,
    }));
  });
  const { findings } = matchComponents(
    purls.map((purl) => ({ purl })),
    createAdvisoryIndex(records),
  );
  const told = findings.map(({ advisorySeq: _, ...finding }) => finding);
  return new Map(
    purls.map((purl) => [purl, JSON.stringify(told.filter((finding) => finding.purl === purl))]),
  );
}

async function touchedBetween(from: number, to: number): Promise<Set<string>> {
  return withTenant(acme.app, "acme", async (tx) => {
    const { componentIds } = await touchedSince(tx, "acme", from, to);
    const rows = await tx.selectFrom("scheduler.components").select(["component_id", "purl"]).execute();
    return new Set(rows.flatMap((row) => (componentIds.includes(row.component_id) ? [row.purl] : [])));
  });
}

interface Step {
  readonly feed: Feed;
  readonly id: number;
  readonly name: string;
  readonly fixed: string;
  readonly isWithdrawn: boolean;
  readonly alias: number | undefined;
}

/** Few values, so that steps often differ in one thing alone. */
const step: fc.Arbitrary<Step> = fc.record({
  feed: fc.constantFrom<Feed>("shared", "tenant"),
  id: fc.nat(1),
  name: fc.constantFrom("left", "right"),
  fixed: fc.constantFrom("1.5.0", "3.0.0"),
  isWithdrawn: fc.boolean(),
  alias: fc.constantFrom(undefined, 0, 1, 3),
});

let round = 0;

/** A feed sequence, with what was found while it was the newest. */
interface Moment {
  readonly seq: number;
  readonly found: ReadonlyMap<string, string>;
}

/** Applies the steps under ids that no other round has; answers the moments before each and after all. */
async function apply(steps: readonly Step[]): Promise<Moment[]> {
  round++;
  const nameOf = (id: number) => `${id === 3 ? "CVE" : "R"}-${round}-${id}`;
  const from = await withTenant(acme.app, "acme", (tx) => readFeedSequence(tx));
  const moments: Moment[] = [{ seq: from, found: await findingsAt(from) }];
  for (const [place, { feed, id, name, fixed, isWithdrawn, alias }] of steps.entries()) {
    const seq = await storeAdvisory(feed === "shared" ? platform : acme, feed, {
      id: nameOf(id),
      name,
      fixed,
      modified: `2026-01-01T00:00:${String(place).padStart(2, "0")}Z`,
      ...(isWithdrawn && { withdrawn: "2026-02-01T00:00:00Z" }),
      aliases: alias === undefined ? [] : [nameOf(alias)],
    });
    moments.push({ seq, found: await findingsAt(seq) });
  }
  return moments;
}

test("what a stretch of the feed changes is touched by it, and what was found before stays as it was", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      const moments = await apply(steps);
      const last = moments.at(-1)!;
      for (const { seq, found } of moments) {
        expect(await findingsAt(seq)).toEqual(found);
        const touched = await touchedBetween(seq, last.seq);
        const changed = purls.filter((purl) => found.get(purl) !== last.found.get(purl));
        expect(changed.filter((purl) => !touched.has(purl))).toEqual([]);
      }
    }),
    { numRuns: 20 },
  );
}, 120_000);
