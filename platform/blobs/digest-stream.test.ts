import { Readable } from "node:stream";
import { checkDigest } from "./digest-stream.ts";

const checked = (source: Readable) => checkDigest(source, "acme", `sha256:${"0".repeat(64)}`);

test("a source that nobody began to read is closed when the reader leaves", async () => {
  const source = Readable.from([Buffer.alloc(10)]);
  await ReadableStream.from(checked(source)).cancel();
  expect(source.destroyed).toBe(true);
});

test("a source that breaks before anybody reads tells it to the first read", async () => {
  const source = new Readable({ read: () => undefined });
  const pieces = checked(source);
  source.destroy(new Error("the connection broke"));
  await new Promise((resolve) => source.once("close", resolve));
  await expect(pieces.next()).rejects.toThrow("the connection broke");
});

test("a source is closed when its reader leaves in the middle", async () => {
  const source = Readable.from([Buffer.alloc(10), Buffer.alloc(10), Buffer.alloc(10)]);
  for await (const piece of checked(source)) {
    expect(piece.length).toBe(10);
    break;
  }
  expect(source.destroyed).toBe(true);
});
