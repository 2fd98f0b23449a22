import type { FindingsWorld, Asked } from "../../../../test/support/findings-world.ts";
import { createFindingsWorld } from "../../../../test/support/findings-world.ts";
import { digestOf, rowWriter } from "../../../../test/support/finding-rows.ts";

let world: FindingsWorld;
beforeAll(async () => {
  world = await createFindingsWorld();
});
afterAll(() => world.database.drop());

/** What was found, as `<digest pair> <purl name@version> <vulnerability>`. */
async function found(query: string, asked: Asked = {}): Promise<string[]> {
  const { status, body } = await world.ask(query, asked);
  expect(status).toBe(200);
  return body.items.map(
    ({ imageDigest, purl, vulnerability }) =>
      `${imageDigest.slice(7, 9)} ${purl.slice(purl.lastIndexOf("/") + 1).replace(/\?.*/, "")} ${vulnerability}`,
  );
}

const changing = "bb lodash@4.17.19 CVE-2020-8203";

const at = (asOf: string) => found(`vulnerability=CVE-2020-8203&asOf=${asOf}`);

test("an instant is answered with the intervals that hold it, their end excluded", async () => {
  expect(await at("2026-04-30T23:59:59.999Z")).toEqual([]);
  expect(await at("2026-05-01T00:00:00Z")).toEqual([changing]);
  expect(await at("2026-05-05T11:59:59.999Z")).toEqual([changing]);
  expect(await at("2026-05-05T12:00:00Z")).toEqual([]);
  expect(await at("2026-05-05")).toEqual([]);
  expect(await at("2026-05-04")).toEqual([changing]);
});

test("a finding whose severity changed was first seen when it came, and says how the asked state ended", async () => {
  const [before] = (await world.ask("vulnerability=CVE-2020-8203&asOf=2026-05-02")).body.items;
  expect(before).toMatchObject({
    severity: "medium",
    closedAt: "2026-05-03T00:00:00.000Z",
    closedCause: "advisory",
  });
  const [after] = (await world.ask("vulnerability=CVE-2020-8203&asOf=2026-05-04")).body.items;
  expect(after).toMatchObject({
    severity: "high",
    firstSeenAt: "2026-05-01T00:00:00.000Z",
    firstRun: "run_first",
    cause: "sbom",
    closedAt: "2026-05-05T12:00:00.000Z",
    closedRun: "run_2",
    closedCause: "sbom",
  });
});

test("a finding that was gone for a while was first seen when it came back", async () => {
  const rows = rowWriter(world.database.owner, "gap");
  const imageId = await rows.image({ digest: "ee" });
  const finding = { imageId, purl: "pkg:npm/a@1.0.0", packageKey: "npm|a", vulnerability: "CVE-1" };
  await rows.finding({ ...finding, to: "2026-05-02T00:00:00.000Z" });
  const back = { fromCause: "advisory", fromRun: "run_3" };
  await rows.finding({ ...finding, ...back, from: "2026-05-04T00:00:00.000Z" });
  const { body } = await world.ask(`image=${digestOf("ee")}`, { tenant: "gap" });
  expect(body.items).toMatchObject([{ firstSeenAt: "2026-05-04T00:00:00.000Z", firstRun: "run_3" }]);
});

test("findings of an image that was deleted since keep its digest", async () => {
  const rows = rowWriter(world.database.owner, "gone");
  await rows.finding({
    imageId: 999_999,
    purl: "pkg:npm/a@1.0.0",
    packageKey: "npm|a",
    vulnerability: "CVE-1",
    to: "2026-05-03T00:00:00.000Z",
    toCause: "image_deleted",
  });
  await world.database.owner.query(
    `insert into scheduler.deltas (tenant_id, run_id, image_id, image_digest, new_findings, new_critical, new_high,
         kev_hits, fixed, unchanged, cause, top_findings, detected_at)
       values ('gone', 'run_1', 999999, $1, 1, 0, 0, '[]', 0, 0, 'sbom', '[]', now())`,
    [digestOf("dd")],
  );
  const { body } = await world.ask("asOf=2026-05-02", { tenant: "gone" });
  expect(body.items).toMatchObject([{ imageDigest: digestOf("dd"), closedCause: "image_deleted" }]);
  expect(body.items[0]).not.toHaveProperty("closedRun");
  expect(body.items[0]).not.toHaveProperty("repository");
});
