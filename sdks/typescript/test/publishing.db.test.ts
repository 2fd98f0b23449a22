import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import type { ArtifactSource } from "../src/index.ts";
import { startTestEngine } from "./test-engine.ts";

const folder = mkdtempSync(path.join(tmpdir(), "jobengine-publishing-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const small = Buffer.from("matched 201 components\n");
/** More than a stream keeps in memory. */
const large = Buffer.alloc(3_000_000, "0123456789abcdef");

function* pieces(content: Buffer): Generator<Buffer> {
  for (let at = 0; at < content.length; at += 65_536) yield content.subarray(at, at + 65_536);
}

function inFile(content: Buffer): ArtifactSource {
  const file = path.join(folder, "content");
  writeFileSync(file, content);
  return { file };
}

const spoolFolders = () => readdirSync(tmpdir()).filter((name) => name.startsWith("jobengine-artifact-"));

test.each([
  ["bytes", small, (content: Buffer) => content],
  ["a file", large, inFile],
  ["a short stream", small, (content: Buffer) => Readable.from(pieces(content))],
  ["a long stream", large, (content: Buffer) => Readable.from(pieces(content))],
  ["a stream of the web", large, (content: Buffer) => Readable.toWeb(Readable.from(pieces(content)))],
  ["nothing", Buffer.alloc(0), (content: Buffer) => Readable.from(pieces(content))],
])(
  "%s is stored with its digest, again after a 503, and nothing is left behind",
  async (_what, content, source) => {
    await using engine = await startTestEngine();
    const before = spoolFolders();
    engine.http.answers.push({ status: 503, to: "/artifacts/" });
    engine.work({
      scan: async (_job, { publishArtifact }) => ({
        ...(await publishArtifact("out.bin", source(content) as ArtifactSource, "text/plain")),
      }),
    });
    await engine.enqueue([{ job: "a" }]);
    const sha256 = createHash("sha256").update(content);
    const digest = sha256.copy().digest("base64");
    expect((await engine.results(1))[0]?.outcome).toMatchObject({
      result: {
        name: "out.bin",
        uri: "/api/v1/scheduler/jobs/a/artifacts/out.bin?attempt=1&lease=1",
        digest: `sha256:${sha256.digest("hex")}`,
        bytes: content.length,
      },
    });
    const stored = engine.http.artifacts.get("/api/v1/worker/jobs/a/artifacts/out.bin");
    expect(stored?.bytes.equals(content)).toBe(true);
    expect(stored?.digest).toBe(`sha-256=:${digest}:`);
    expect(spoolFolders()).toEqual(before);
  },
);

async function* broken(): AsyncGenerator<Buffer> {
  yield* pieces(large);
  throw new Error("the source broke");
}

test("a stream that breaks fails the job, and its temporary file is gone", async () => {
  await using engine = await startTestEngine();
  const before = spoolFolders();
  engine.work({ scan: async (_job, { publishArtifact }) => void (await publishArtifact("x", broken())) });
  await engine.enqueue([{ job: "a" }]);
  expect((await engine.results(1))[0]?.outcome).toMatchObject({
    error: { class: "transient", message: expect.stringContaining("the source broke") },
  });
  expect(spoolFolders()).toEqual(before);
  expect(engine.http.requestsTo("/artifacts/")).toEqual([]);
});
