import { type TestDatabase, createTestDatabase } from "../../test/support/database.ts";
import { withTenant } from "../../store/tenant.ts";
import type { TouchedComponents } from "../../store/runs/impact-snapshot.ts";
import type { Ctx } from "../context.ts";
import { createInventoryEngine, ctxFor, storeAdvisory, storeImage } from "../inventory/testing/stored.ts";
import { readFeedSequence, touchedByAdvisories, touchedByPurls, touchedSince } from "./touched.ts";

let database: TestDatabase;
let close: () => Promise<void>;
let acme: Ctx;
let other: Ctx;
let platform: Ctx;

beforeAll(async () => {
  database = await createTestDatabase();
  const { engine, close: closeEngine } = await createInventoryEngine(database);
  close = closeEngine;
  acme = ctxFor(engine, "acme");
  other = ctxFor(engine, "other");
  platform = ctxFor(engine, "operators", true);
  const purls = [
    "pkg:npm/left@1.0.0",
    "pkg:npm/left@2.0.0",
    "pkg:npm/right@1.0.0",
    "pkg:golang/github.com/BurntSushi/toml@v0.3.0",
    "pkg:golang/github.com/burntsushi/xgb@v1.0.0",
    "pkg:deb/debian/libssl3@3.0.11-1?distro=debian-12&upstream=openssl",
    "pkg:generic/thing@1.0",
    "pkg:npm/%40scope/pad@1.3.0",
  ];
  await storeImage(acme, 1, purls);
  await storeImage(other, 2, ["pkg:npm/left@1.0.0"]);
});
afterAll(async () => {
  await close();
  await database.drop();
});

/** Touched components of acme by package URL, with the sequence. */
async function named(touched: TouchedComponents, ctx = acme): Promise<Record<string, number>> {
  const { tenant } = ctx.caller.identity;
  const rows = await withTenant(ctx.app, tenant, (tx) =>
    tx.selectFrom("scheduler.components").select(["component_id", "purl"]).execute(),
  );
  const purls = new Map(rows.map((row) => [row.component_id, row.purl]));
  const entries = touched.componentIds.map((id, i) => [purls.get(id), touched.seqs[i]] as const);
  return Object.fromEntries(entries) as Record<string, number>;
}
const since = async (from: number, to = Number.MAX_SAFE_INTEGER, ctx = acme) =>
  named(
    await withTenant(ctx.app, ctx.caller.identity.tenant, (tx) =>
      touchedSince(tx, ctx.caller.identity.tenant, from, to),
    ),
    ctx,
  );
const now = (ctx = acme) => withTenant(ctx.app, "acme", (tx) => readFeedSequence(tx));
const byPurls = async (...purls: string[]) =>
  Object.keys(await named(await withTenant(acme.app, "acme", (tx) => touchedByPurls(tx, "acme", purls))));

const byNames = async (...names: string[]) => {
  const { touched, unknown } = await withTenant(acme.app, "acme", (tx) =>
    touchedByAdvisories(tx, "acme", names),
  );
  return { touched: await named(touched), unknown };
};

describe("a stretch of the feed", () => {
  test("touches the components that a record affects, with its sequence, and no others", async () => {
    const from = await now();
    const seq = await storeAdvisory(platform, "shared", { id: "S-1", name: "left", fixed: "1.5.0" });
    expect(await since(from)).toEqual({ "pkg:npm/left@1.0.0": seq });
    expect(await since(seq)).toEqual({});
    expect(await since(from, seq - 1)).toEqual({});
  });

  test("touches what the replaced record affected, too", async () => {
    const from = await storeAdvisory(platform, "shared", { id: "S-2", name: "left", fixed: "1.5.0" });
    const seq = await storeAdvisory(platform, "shared", { id: "S-2", name: "right", fixed: "1.5.0" });
    expect(await since(from)).toEqual({ "pkg:npm/left@1.0.0": seq, "pkg:npm/right@1.0.0": seq });
  });

  test("touches what a withdrawn record affected, once", async () => {
    const from = await storeAdvisory(platform, "shared", { id: "S-3", name: "left", fixed: "3.0.0" });
    const withdrawn = "2026-02-01T00:00:00Z";
    const seq = await storeAdvisory(platform, "shared", {
      id: "S-3",
      name: "left",
      fixed: "3.0.0",
      withdrawn,
    });
    expect(await since(from)).toEqual({ "pkg:npm/left@1.0.0": seq, "pkg:npm/left@2.0.0": seq });
    const again = { id: "S-3", name: "left", fixed: "2.0.0", withdrawn, modified: "2026-03-01T00:00:00Z" };
    await storeAdvisory(platform, "shared", again);
    expect(await since(seq)).toEqual({});
  });

  test("is not touched by a record that only got another date", async () => {
    const record = { id: "S-4", name: "right", fixed: "1.5.0" };
    const from = await storeAdvisory(platform, "shared", record);
    const seq = await storeAdvisory(platform, "shared", { ...record, modified: "2026-05-01T00:00:00Z" });
    expect(seq).toBe(from + 1);
    expect(await since(from)).toEqual({});
  });

  test("carries the largest sequence of several", async () => {
    const from = await storeAdvisory(platform, "shared", { id: "S-5", name: "right", fixed: "1.5.0" });
    await storeAdvisory(platform, "shared", { id: "S-6", name: "right", fixed: "1.5.0" });
    const seq = await storeAdvisory(platform, "shared", { id: "S-7", name: "right", fixed: "1.5.0" });
    expect(await since(from)).toEqual({ "pkg:npm/right@1.0.0": seq });
  });
});

describe("a tenant's own record", () => {
  test("stands in front of the shared one with its id, for this tenant alone", async () => {
    const shared = await storeAdvisory(platform, "shared", { id: "O-1", name: "left", fixed: "1.5.0" });
    const own = await storeAdvisory(acme, "tenant", { id: "O-1", name: "right", fixed: "1.5.0" });
    expect(await since(shared)).toEqual({ "pkg:npm/left@1.0.0": own, "pkg:npm/right@1.0.0": own });
    const later = { id: "O-1", name: "left", fixed: "9.0.0", modified: "2026-06-01T00:00:00Z" };
    const newer = await storeAdvisory(platform, "shared", later);
    expect(await since(own)).toEqual({});
    expect(await since(own, newer, other)).toEqual({ "pkg:npm/left@1.0.0": newer });
  });

  test("silences the shared one when it is withdrawn", async () => {
    const shared = await storeAdvisory(platform, "shared", { id: "O-2", name: "left", fixed: "1.5.0" });
    const withdrawn = "2026-02-01T00:00:00Z";
    const own = await storeAdvisory(acme, "tenant", { id: "O-2", name: "left", fixed: "1.5.0", withdrawn });
    expect(await since(shared)).toEqual({ "pkg:npm/left@1.0.0": own });
  });

  test("hides a change of the shared one only from its own first sequence on", async () => {
    const from = await storeAdvisory(platform, "shared", { id: "O-3", name: "left", fixed: "1.5.0" });
    const changed = await storeAdvisory(platform, "shared", { id: "O-3", name: "right", fixed: "1.5.0" });
    await storeAdvisory(acme, "tenant", { id: "O-3", name: "nothing", fixed: "1.5.0" });
    const touched = await since(from);
    expect(touched["pkg:npm/left@1.0.0"]).toBe(changed);
    expect(touched["pkg:npm/right@1.0.0"]).toBe(changed + 1);
  });
});

describe("advisories by name", () => {
  test("are found by id and by alias; unknown names are told", async () => {
    const seq = await storeAdvisory(platform, "shared", {
      id: "N-1",
      name: "right",
      fixed: "1.5.0",
      aliases: ["CVE-2026-1"],
    });
    const expected = { "pkg:npm/right@1.0.0": seq };
    expect(await byNames("N-1")).toEqual({ touched: expected, unknown: [] });
    expect(await byNames("CVE-2026-1", "CVE-0", "CVE-0")).toEqual({ touched: expected, unknown: ["CVE-0"] });
  });

  test("are not found by an alias that the current record does not carry any more", async () => {
    const record = { id: "N-2", name: "right", fixed: "1.5.0" };
    await storeAdvisory(platform, "shared", { ...record, aliases: ["CVE-2026-2"] });
    await storeAdvisory(platform, "shared", { ...record, modified: "2026-02-01T00:00:00Z" });
    expect(await byNames("CVE-2026-2")).toEqual({ touched: {}, unknown: ["CVE-2026-2"] });
  });

  test("mean the tenant's own record where there is one", async () => {
    await storeAdvisory(platform, "shared", {
      id: "N-3",
      name: "left",
      fixed: "9.0.0",
      aliases: ["CVE-2026-3"],
    });
    const own = await storeAdvisory(acme, "tenant", {
      id: "N-3",
      name: "right",
      fixed: "9.0.0",
      aliases: ["CVE-2026-3"],
    });
    for (const name of ["N-3", "CVE-2026-3"]) {
      const { touched } = await byNames(name);
      expect(touched["pkg:npm/right@1.0.0"]).toBe(own);
    }
  });
});

describe("a package URL", () => {
  test("means every version, one, or a range", async () => {
    expect(await byPurls("pkg:npm/left")).toEqual(["pkg:npm/left@1.0.0", "pkg:npm/left@2.0.0"]);
    expect(await byPurls("pkg:npm/left@1.0.0")).toEqual(["pkg:npm/left@1.0.0"]);
    for (const range of [
      "pkg:npm/left@vers:npm%2F%3E%3D1.5.0",
      "pkg:npm/left@vers:npm/>=1.5.0",
      "pkg:npm/left?vers=vers:npm/>=1.5.0",
      "pkg:npm/left?vers=vers%3Anpm%2F%3E%3D1.5.0%7C%3C3.0.0",
    ]) {
      expect(await byPurls(range)).toEqual(["pkg:npm/left@2.0.0"]);
    }
    expect(await byPurls("pkg:npm/%40scope/pad@vers:npm/<2")).toEqual(["pkg:npm/%40scope/pad@1.3.0"]);
  });

  test("of Go is found with and without its capitals, but not with other ones", async () => {
    const found = ["pkg:golang/github.com/BurntSushi/toml@v0.3.0"];
    expect(await byPurls("pkg:golang/github.com/BurntSushi/toml")).toEqual(found);
    expect(await byPurls("pkg:golang/github.com/burntsushi/toml@0.3.0")).toEqual(found);
    expect(await byPurls("pkg:golang/github.com/BURNTSUSHI/toml")).toEqual([]);
    expect(await byPurls("pkg:golang/github.com/BurntSushi/xgb")).toEqual([
      "pkg:golang/github.com/burntsushi/xgb@v1.0.0",
    ]);
  });

  test("of a distribution means the installed and the source package, in one release or all", async () => {
    const found = ["pkg:deb/debian/libssl3@3.0.11-1?distro=debian-12&upstream=openssl"];
    expect(await byPurls("pkg:deb/debian/openssl?distro=bookworm")).toEqual(found);
    expect(await byPurls("pkg:deb/debian/libssl3")).toEqual(found);
    expect(await byPurls("pkg:deb/debian/libssl3?distro=debian-11")).toEqual([]);
  });

  test("of a type that no advisory covers is found all the same", async () => {
    expect(await byPurls("pkg:generic/thing")).toEqual(["pkg:generic/thing@1.0"]);
    expect(await byPurls("pkg:generic/thing@2.0")).toEqual([]);
  });

  test("that cannot be read is refused with its place", async () => {
    await expect(byPurls("pkg:npm/left", "left")).rejects.toThrow("purls[1]: does not start with pkg:");
    await expect(byPurls("pkg:npm/left@vers:npm/<x")).rejects.toThrow("purls[0]");
  });

  test("touches whatever was known before", async () => {
    const { seqs } = await withTenant(acme.app, "acme", (tx) => touchedByPurls(tx, "acme", ["pkg:npm/left"]));
    expect(seqs).toEqual([Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]);
  });
});
