import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseOsv } from "../../../model/advisories/osv.ts";
import { imageUpsert } from "../../../model/images/image.ts";
import { createSeedFsBlobStore } from "../../../platform/blobs/seed-fs.ts";
import { createLog } from "../../../platform/log/log.ts";
import type { TestDatabase } from "../../../test/support/database.ts";
import type { Ctx, Engine } from "../../context.ts";
import { upsertAdvisory } from "../../advisories/upsert-one.ts";
import type { Feed } from "../../advisories/feed.ts";
import { upsertImage } from "../upsert-image.ts";
import { uploadSbom } from "../upload-sbom.ts";

const absent = (name: string) =>
  new Proxy({}, { get: () => () => Promise.reject(new Error(`The test has no ${name}.`)) });

/** An engine over a database of the caller's own and a folder of blobs; queue and workflows are absent. */
export async function createInventoryEngine(
  database: Pick<TestDatabase, "app" | "engine">,
): Promise<{ engine: Engine; close: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), "jobengine-test-"));
  const engine = {
    app: database.app,
    engine: database.engine,
    blobs: await createSeedFsBlobStore(folder),
    queue: absent("queue"),
    workflows: absent("workflows"),
    log: createLog({ service: "test", level: "fatal" }),
    newId: (prefix: string) => `${prefix}_${"0".repeat(32)}`,
    wallClockMs: 60_000,
    random: () => 0,
  } as unknown as Engine;
  return { engine, close: () => rm(folder, { recursive: true, force: true }) };
}

/** The context of somebody of a tenant; `platform` adds `platform.admin`. */
export function ctxFor(engine: Engine, tenant: string, isPlatform = false): Ctx {
  const scopes = ["scheduler.inventory.write", ...(isPlatform ? ["platform.admin"] : [])];
  return { ...engine, caller: { identity: { tenant, actor: "ann", scopes }, requestId: "req", note: {} } };
}

/** `sha256:` and the number, for images that a test tells apart. */
export function digestOf(number: number): string {
  return `sha256:${number.toString(16).padStart(64, "0")}`;
}

/** An image with an SBOM of these package URLs, stored through the verbs. */
export async function storeImage(
  ctx: Ctx,
  number: number,
  purls: readonly string[],
  more: { readonly repository?: string; readonly namespace?: string } = {},
): Promise<void> {
  const digest = digestOf(number);
  const image = imageUpsert.parse({ digest, repository: "registry.example.com/app", ...more });
  await upsertImage(ctx, { image, key: undefined });
  await uploadSbom(ctx, { imageDigest: digest, source: bytesOf(cycloneDx(purls)) });
}

/** A CycloneDX document of these package URLs. */
export function cycloneDx(purls: readonly string[]): unknown {
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    components: purls.map((purl) => ({ type: "library", name: purl.slice(0, 100), purl })),
  };
}

/** A document as the stream of its bytes. */
export async function* bytesOf(document: unknown): AsyncGenerator<Uint8Array, void, undefined> {
  yield new TextEncoder().encode(JSON.stringify(document));
}

/** An OSV record of one npm package, affected below `fixed`; through the verb. */
export async function storeAdvisory(
  ctx: Ctx,
  feed: Feed,
  record: {
    readonly id: string;
    readonly name: string;
    readonly fixed: string;
    readonly modified?: string;
    readonly withdrawn?: string;
    readonly aliases?: readonly string[];
  },
): Promise<number> {
  const { id, name, fixed, modified = "2026-01-01T00:00:00Z", withdrawn, aliases = [] } = record;
  const document = {
    id,
    modified,
    ...(withdrawn !== undefined && { withdrawn }),
    aliases,
    affected: [
      {
        package: { ecosystem: "npm", name },
        ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed }] }],
      },
    ],
  };
  parseOsv(document);
  const { body } = await upsertAdvisory(ctx, { feed, document, key: undefined });
  return body.feedSequence;
}
