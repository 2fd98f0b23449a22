import { mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeBlobStore } from "./contract.ts";
import { createSeedFsBlobStore } from "./seed-fs.ts";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "blobs-"));
});
afterAll(() => rm(dir, { recursive: true }));

describeBlobStore("seed-fs", async () => ({
  store: await createSeedFsBlobStore(dir),
  overwrite: (tenant, name, bytes) => writeFile(join(dir, tenant, name), bytes),
}));

test("no temporary file outlives its upload", async () => {
  const store = await createSeedFsBlobStore(join(dir, "own"));
  await store.put("acme", Buffer.from("x"), { maxBytes: 10 });
  await store.put("acme", Buffer.from("x"), { maxBytes: 10 });
  await expect(store.put("acme", Buffer.from("too large"), { maxBytes: 3 })).rejects.toMatchObject({
    code: "too_large",
  });
  expect(await readdir(join(dir, "own", ".tmp"))).toEqual([]);
});

test("at start, what a dead process left half-written is removed; what another one is writing stays", async () => {
  const root = join(dir, "started");
  await createSeedFsBlobStore(root);
  const twoHoursAgo = new Date(Date.now() - 7_200_000);
  await writeFile(join(root, ".tmp", "abandoned"), "half");
  await utimes(join(root, ".tmp", "abandoned"), twoHoursAgo, twoHoursAgo);
  await writeFile(join(root, ".tmp", "in-flight"), "half");
  await createSeedFsBlobStore(root);
  expect(await readdir(join(root, ".tmp"))).toEqual(["in-flight"]);
});

test("files that are no blobs are not listed", async () => {
  const store = await createSeedFsBlobStore(join(dir, "listed"));
  const { digest } = await store.put("acme", Buffer.from("x"), { maxBytes: 10 });
  const hex = digest.slice("sha256:".length);
  await writeFile(join(dir, "listed", "acme", "sha256", hex.slice(0, 2), hex.slice(2, 4), "notes.txt"), "x");
  const listed: string[] = [];
  for await (const blob of store.list("acme")) listed.push(blob.digest);
  expect(listed).toEqual([digest]);
});
