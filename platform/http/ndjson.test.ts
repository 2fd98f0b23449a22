import * as fc from "fast-check";
import { ndjsonAnswer } from "./ndjson-answer.ts";
import { readLines } from "./ndjson.ts";
import type { Line, LineLimits } from "./ndjson.ts";
import { emptyApp } from "./testing/sample-app.ts";

/** The bytes in pieces of the given sizes. */
async function* inPieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (let index = 0; from < bytes.length; index++) {
    const to = from + (sizes[index % sizes.length] ?? 1);
    yield bytes.subarray(from, to);
    from = to;
  }
}

async function linesOf(text: string | Uint8Array, limits: LineLimits = {}, sizes = [7]): Promise<Line[]> {
  const lines: Line[] = [];
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  for await (const line of readLines(inPieces(bytes, sizes), limits)) lines.push(line);
  return lines;
}

test("lines are found whatever the pieces they arrive in", async () => {
  const line = fc.string({ unit: "binary" }).map((text) => text.toWellFormed().replaceAll("\n", " "));
  await fc.assert(
    fc.asyncProperty(
      fc.array(line),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      async (lines, sizes) => {
        const expected = lines
          .map((text, index) => ({
            number: index + 1,
            text: Buffer.from(text)
              .toString()
              .replace(/^\ufeff/, "")
              .trim(),
          }))
          .filter(({ text }) => text !== "");
        expect(await linesOf(lines.join("\n"), {}, sizes)).toEqual(expected);
      },
    ),
  );
});

test("numbers are those of an editor; blank lines and CRLF do not disturb", async () => {
  expect(await linesOf("a\r\n\n  \nb")).toEqual([
    { number: 1, text: "a" },
    { number: 4, text: "b" },
  ]);
});

test("a line that is too long or not UTF-8 costs only itself", async () => {
  const bytes = Buffer.concat([
    Buffer.from("ok\n"),
    Buffer.from(`${"x".repeat(100)}\n`),
    Buffer.from([0xff, 0x0a]),
    Buffer.from("end"),
  ]);
  expect(await linesOf(bytes, { maxLineBytes: 50 })).toEqual([
    { number: 1, text: "ok" },
    { number: 2, problem: "is longer than 50 bytes" },
    { number: 3, problem: "is not UTF-8" },
    { number: 4, text: "end" },
  ]);
});

test("too many lines end the reading", async () => {
  await expect(linesOf("a\nb\nc\n", { maxLines: 2 })).rejects.toMatchObject({ code: "too_large" });
});

describe("answers of lines", () => {
  test("each document is a line of canonical JSON", async () => {
    const { app } = emptyApp();
    app.get("/lines", (c) =>
      ndjsonAnswer(
        c,
        (async function* () {
          yield { b: 1, a: 2 };
          yield { c: 3 };
        })(),
      ),
    );
    const response = await app.request("/lines");
    expect(response.headers.get("content-type")).toBe("application/x-ndjson");
    expect(await response.text()).toBe('{"a":2,"b":1}\n{"c":3}\n');
  });

  test("the source is asked only for what is read, and told when nobody reads any more", async () => {
    let made = 0;
    let isTold = false;
    const { app } = emptyApp();
    app.get("/lines", (c) =>
      ndjsonAnswer(
        c,
        (async function* () {
          try {
            for (;;) yield { made: made++, filling: "x".repeat(1000) };
          } finally {
            isTold = true;
          }
        })(),
      ),
    );
    const reader = (await app.request("/lines")).body?.getReader();
    await reader?.read();
    expect(made).toBeLessThan(100);
    await reader?.cancel();
    expect(isTold).toBe(true);
  });

  test("an error after the start becomes the last line, without its text", async () => {
    const { app, lines } = emptyApp();
    app.get("/lines", (c) =>
      ndjsonAnswer(
        c,
        (async function* () {
          yield { a: 1 };
          throw new Error("secret");
        })(),
      ),
    );
    const text = await (await app.request("/lines")).text();
    expect(text).toMatch(/^\{"a":1\}\n\{"problem":\{.*"status":500.*\}\}\n$/);
    expect(text).not.toContain("secret");
    expect(lines.some((line) => line["level"] === "error")).toBe(true);
  });
});
