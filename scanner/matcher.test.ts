import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { facts } from "../model/matching/example-advisory.ts";
import { keysOf } from "../model/matching/package-keys.ts";
import { createInputSource } from "./inputs.ts";
import { createScanCaches, scanSegment } from "./scan-segment.ts";

const digest = `sha256:${"a".repeat(64)}`;
const record = `sha256:${"b".repeat(64)}`;
const advisory = facts({
  id: "GHSA-1",
  package: ["npm", "lodash"],
  type: "SEMVER",
  events: [{ introduced: "0" }, { fixed: "4.17.21" }],
});
const [key = ""] = keysOf("npm", "lodash");

/** What the engine would answer for a segment of two images with one SBOM between them. */
const answers: Record<string, unknown> = {
  inputs: {
    mode: "analysis-only",
    feedSequence: 7,
    images: [
      { ordinal: 0, digest, sbom: digest },
      { ordinal: 1, digest: record },
    ],
  },
  sboms: { sboms: [{ digest, purls: ["pkg:npm/lodash@4.17.20"] }] },
  "advisories/index": { keys: { [key]: [{ digest: record, seq: 3 }] } },
  advisories: { advisories: [{ digest: record, facts: advisory }] },
};
const answerOf = (route: string) => answers[/jobs\/[^/]+\/(.*)$/.exec(route)?.[1] ?? ""];

let matcher: ChildProcess;
let lines: AsyncIterableIterator<string>;
beforeEach(() => {
  matcher = spawn(process.execPath, [path.join(import.meta.dirname, "matcher.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  lines = createInterface({ input: matcher.stdout! })[Symbol.asyncIterator]();
});
afterEach(() => void matcher.kill("SIGKILL"));

const tell = (line: object) => matcher.stdin!.write(`${JSON.stringify(line)}\n`);

/** Answers what the matcher asks until it ends a job; gives the line that ends it. */
async function converse(): Promise<Record<string, unknown>> {
  for (;;) {
    const { value } = await lines.next();
    const said = JSON.parse(value as string) as Record<string, unknown>;
    if ("end" in said) return said;
    if ("post" in said) tell({ answer: said["post"], json: answerOf(String(said["path"])) });
  }
}

const begin = { begin: 1, job: "job_1", attempt: 1, tenant: "acme", payload: { mode: "analysis-only" } };

test("answers what the bundled scanner gives for the same inputs, to the byte", async () => {
  const api = { post: async (route: string) => answerOf(route) };
  const direct = await scanSegment(createInputSource(api, "job_1", 1), createScanCaches(), {
    tenant: "acme",
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  expect(direct.sboms[0]?.findings).toHaveLength(1);
  tell(begin);
  expect(JSON.stringify((await converse())["result"])).toBe(JSON.stringify(direct));
});

test("says nothing more about a job that was stopped, and goes on with others", async () => {
  tell(begin);
  await lines.next();
  tell({ stop: 1 });
  tell({ ...begin, begin: 2 });
  expect(await converse()).toMatchObject({ end: 2, result: { feedSequence: 7 } });
});

test("an invalid payload ends as invalid input, a content refresh as incomplete", async () => {
  tell({ ...begin, payload: {} });
  expect(await converse()).toMatchObject({ end: 1, failed: { class: "input_invalid" } });
  tell({ ...begin, payload: { mode: "content-refresh" } });
  expect(await converse()).toEqual({ end: 1, incomplete: "not_available" });
});

test("ends when its host is gone", async () => {
  const ended = new Promise((resolve) => matcher.once("exit", resolve));
  matcher.stdin!.end();
  expect(await ended).toBe(0);
});
