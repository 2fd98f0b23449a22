import { readSbom } from "./read-sbom.ts";

function documentOf(components: number): Uint8Array<ArrayBuffer> {
  const list = Array.from({ length: components }, (_, i) => ({ name: `a${i}`, purl: `pkg:npm/a${i}@1.0.0` }));
  const document = { bomFormat: "CycloneDX", specVersion: "1.6", components: list };
  return new Uint8Array(Buffer.from(JSON.stringify(document)));
}

test("a large document is read in a thread, which takes over its bytes; a small one is not", async () => {
  const large = documentOf(30_000);
  const small = documentOf(10);
  expect(large.byteLength).toBeGreaterThan(1_000_000);
  const [ofLarge, ofSmall] = await Promise.all([readSbom(large), readSbom(small)]);
  expect([ofLarge.componentCount, ofSmall.componentCount]).toEqual([30_000, 10]);
  expect(large.byteLength).toBe(0);
  expect(small.byteLength).toBeGreaterThan(0);
});
