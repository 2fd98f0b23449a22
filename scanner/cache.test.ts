import { createWeightedCache, readThrough } from "./cache.ts";

test("the least recently used value goes first when the weight is passed", () => {
  const cache = createWeightedCache<string>(6, (text) => text.length);
  cache.set("a", "aaa");
  cache.set("b", "bbb");
  cache.get("a");
  cache.set("c", "ccc");
  expect([cache.get("a"), cache.get("b"), cache.get("c")]).toEqual(["aaa", undefined, "ccc"]);
});

test("a value heavier than the whole cache is kept until the next one comes", () => {
  const cache = createWeightedCache<string>(2, (text) => text.length);
  cache.set("big", "123456");
  expect(cache.get("big")).toBe("123456");
  cache.set("small", "1");
  expect([cache.get("big"), cache.get("small")]).toEqual([undefined, "1"]);
});

test("setting a key again replaces its weight", () => {
  const cache = createWeightedCache<string>(4, (text) => text.length);
  cache.set("a", "aaaa");
  cache.set("a", "a");
  cache.set("b", "bbb");
  expect([cache.get("a"), cache.get("b")]).toEqual(["a", "bbb"]);
});

test("only what is missing is fetched, each key once", async () => {
  const cache = createWeightedCache<number>(10, () => 1);
  cache.set("t/a", 1);
  const asked: string[][] = [];
  const found = await readThrough(
    cache,
    ["a", "b", "b"],
    (key) => `t/${key}`,
    async (missing) => {
      asked.push([...missing]);
      return new Map(missing.map((key) => [key, 2]));
    },
  );
  expect([...found]).toEqual([
    ["a", 1],
    ["b", 2],
  ]);
  expect(asked).toEqual([["b"]]);
});
