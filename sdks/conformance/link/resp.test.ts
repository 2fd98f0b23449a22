import { createFrameReader, readFrame } from "./resp.ts";

test.each([
  ["+OK\r\n", "OK"],
  ["-WRONG_EPOCH no\r\n", "-WRONG_EPOCH no"],
  [":7\r\n", 7],
  ["$-1\r\n", null],
  ["_\r\n", null],
  ["*-1\r\n", null],
  ["$5\r\na\r\nbc\r\n", "a\r\nbc"],
  ["$2\r\nü\r\n", "ü"],
  ["*3\r\n$1\r\na\r\n:1\r\n*0\r\n", ["a", 1, []]],
  ["%1\r\n+a\r\n:1\r\n", ["a", 1]],
  ["|1\r\n+ttl\r\n:1\r\n+OK\r\n", "OK"],
])("%j is read as %j", (text, value) =>
  expect(readFrame(Buffer.from(text))).toEqual({ value, isPush: false, end: Buffer.byteLength(text) }),
);

test("frames come out whole, however the bytes arrive", () => {
  const bytes = Buffer.from(">1\r\n+news\r\n*2\r\n$5\r\nhello\r\n:12\r\n+OK\r\n");
  const read = createFrameReader();
  const frames = [...bytes].flatMap((byte) => read(Buffer.from([byte])));
  expect(frames.map(({ frame }) => frame.value)).toEqual([["news"], ["hello", 12], "OK"]);
  expect(frames.map(({ frame }) => frame.isPush)).toEqual([true, false, false]);
  expect(Buffer.concat(frames.map(({ bytes }) => bytes))).toEqual(bytes);
});
