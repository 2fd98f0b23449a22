import { hash, randomBytes } from "node:crypto";
import { BlobDamagedError } from "./blob-store.ts";
import type { BlobStore } from "./blob-store.ts";
import { readBlob } from "./read-blob.ts";

/** A store under test, and a way to damage what it keeps behind its back. */
export interface StoreUnderTest {
  readonly store: BlobStore;
  readonly overwrite: (tenant: string, name: string, bytes: Uint8Array) => Promise<void>;
}

const digestOf = (bytes: Uint8Array) => `sha256:${hash("sha256", bytes, "hex")}`;
const nameOf = (digest: string) => {
  const hex = digest.slice("sha256:".length);
  return `sha256/${hex.slice(0, 2)}/${hex.slice(2, 4)}/${hex}`;
};
const maxBytes = 10_000_000;

/** A tenant of its own for each test. */
const newTenant = () => `t-${randomBytes(6).toString("hex")}`;

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(100_000);
  throw new Error("the upload broke off");
}

async function digestsOf(store: BlobStore, tenant: string): Promise<string[]> {
  const digests: string[] = [];
  for await (const { digest } of store.list(tenant)) digests.push(digest);
  return digests.sort();
}

/** What every blob store promises. Runs inside the test file of each. */
export function describeBlobStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the blob store's contract`, () => {
    let store: BlobStore;
    let overwrite: StoreUnderTest["overwrite"];
    beforeAll(async () => ({ store, overwrite } = await open()));

    test.each([0, 1, 70_000, 3_000_000])("%i bytes come back as they went in", async (size) => {
      const bytes = randomBytes(size);
      const tenant = newTenant();
      const facts = await store.put(tenant, pieces(bytes, 33_333), { maxBytes });
      expect(facts).toEqual({ digest: digestOf(bytes), bytes: size });
      expect((await readBlob(store, tenant, facts.digest, maxBytes)).equals(bytes)).toBe(true);
      expect(await store.head(tenant, facts.digest)).toEqual(facts);
    });

    test("the same bytes twice, also at once, are one blob", async () => {
      const tenant = newTenant();
      const bytes = randomBytes(100_000);
      const all = await Promise.all([1, 2, 3].map(() => store.put(tenant, bytes, { maxBytes })));
      all.push(await store.put(tenant, pieces(bytes, 7000), { maxBytes }));
      expect(new Set(all.map(({ digest }) => digest)).size).toBe(1);
      expect(await digestsOf(store, tenant)).toEqual([digestOf(bytes)]);
    });

    test("a tenant sees nothing of another's", async () => {
      const [one, other] = [newTenant(), newTenant()];
      const { digest } = await store.put(one, Buffer.from(`of one ${one}`), { maxBytes });
      expect(await store.head(other, digest)).toBeUndefined();
      await expect(store.get(other, digest)).rejects.toMatchObject({ code: "not_found" });
      expect(await digestsOf(store, other)).toEqual([]);
      await store.delete(other, digest);
      expect(await store.head(one, digest)).toBeDefined();
    });

    test("what is larger than allowed is refused and leaves nothing behind", async () => {
      const tenant = newTenant();
      const put = store.put(tenant, pieces(randomBytes(1001), 100), { maxBytes: 1000 });
      await expect(put).rejects.toMatchObject({ code: "too_large" });
      expect(await digestsOf(store, tenant)).toEqual([]);
    });

    test("a source that fails leaves nothing behind", async () => {
      const tenant = newTenant();
      await expect(store.put(tenant, failing(), { maxBytes })).rejects.toThrow("broke off");
      expect(await digestsOf(store, tenant)).toEqual([]);
    });

    test("a damaged blob is an error when it is read, never silence", async () => {
      const tenant = newTenant();
      const bytes = randomBytes(200_000);
      const { digest } = await store.put(tenant, bytes, { maxBytes });
      const damaged = Buffer.from(bytes);
      damaged[150_000] = (damaged[150_000] ?? 0) ^ 1;
      await overwrite(tenant, nameOf(digest), damaged);
      await expect(readBlob(store, tenant, digest, maxBytes)).rejects.toThrow(BlobDamagedError);
      await overwrite(tenant, nameOf(digest), bytes.subarray(0, 1000));
      await expect(readBlob(store, tenant, digest, maxBytes)).rejects.toThrow(BlobDamagedError);
      await store.put(tenant, bytes, { maxBytes });
      expect((await readBlob(store, tenant, digest, maxBytes)).equals(bytes)).toBe(true);
    });

    test("a deleted blob is gone, and may be deleted again", async () => {
      const tenant = newTenant();
      const { digest } = await store.put(tenant, Buffer.from("x"), { maxBytes });
      await store.delete(tenant, digest);
      await store.delete(tenant, digest);
      expect(await store.head(tenant, digest)).toBeUndefined();
    });

    test("a reader that stops early does not disturb the store", async () => {
      const tenant = newTenant();
      const { digest } = await store.put(tenant, randomBytes(2_000_000), { maxBytes });
      for await (const piece of await store.get(tenant, digest)) {
        expect(piece.length).toBeGreaterThan(0);
        break;
      }
      expect((await readBlob(store, tenant, digest, maxBytes)).length).toBe(2_000_000);
    });

    test.each(["*", "..", "../x", "a/b", "", "A"])("the tenant %j never becomes a path", async (tenant) => {
      const invalid = { code: "invalid" };
      await expect(store.put(tenant, Buffer.from("x"), { maxBytes })).rejects.toMatchObject(invalid);
      await expect(store.head(tenant, digestOf(Buffer.from("x")))).rejects.toMatchObject(invalid);
      expect(() => store.list(tenant)).toThrow(expect.objectContaining(invalid));
    });

    test.each([
      "",
      "sha256:",
      `sha256:${"A".repeat(64)}`,
      `sha256:../${"a".repeat(61)}`,
      `md5:${"a".repeat(64)}`,
    ])("the digest %j never becomes a path", async (digest) => {
      await expect(store.get("acme", digest)).rejects.toMatchObject({ code: "invalid" });
      await expect(store.delete("acme", digest)).rejects.toMatchObject({ code: "invalid" });
    });

    test("the store says that it works", async () => {
      await expect(store.check()).resolves.toBeUndefined();
    });
  });
}
