/**
 * The scanner's matching for a worker in another language, which talks to it over standard input and output: one JSON
 * object a line, any number of jobs at once. It has neither network nor key: what it needs from the engine it asks
 * its host for, and its host claims, beats and settles. What it answers for a job is what the bundled scanner would.
 *
 *   host → matcher   {"begin": 1, "job": "job_…", "attempt": 1, "tenant": "acme", "payload": {…}}
 *   matcher → host   {"post": 1, "of": 1, "path": "/api/v1/worker/…", "body": {…}}
 *   host → matcher   {"answer": 1, "json": {…}}
 *   matcher → host   {"progress": 1, "done": 3, "total": 10, "phase": "match"}
 *   matcher → host   {"end": 1, "result": {…}}, or "incomplete" with a reason, or "failed" with class and message
 *   host → matcher   {"stop": 1}   the job is over: nothing more is said about it
 *
 * Ends when its input does.
 */
import { createInterface } from "node:readline";
import { z } from "zod";
import { createScanCaches, scanSegment } from "./scan-segment.ts";
import { createInputSource } from "./inputs.ts";

const payload = z.object({ mode: z.enum(["analysis-only", "content-refresh"]) });
const message = z.union([
  z.object({ begin: z.int(), job: z.string(), attempt: z.int(), tenant: z.string(), payload: z.unknown() }),
  z.object({ answer: z.int(), json: z.unknown() }),
  z.object({ stop: z.int() }),
]);
type Begin = Extract<z.infer<typeof message>, { begin: number }>;

const caches = createScanCaches();
const jobs = new Map<number, AbortController>();
const questions = new Map<number, (json: unknown) => void>();
let asked = 0;

const tell = (line: object) => void process.stdout.write(`${JSON.stringify(line)}\n`);

async function scan(begin: Begin, signal: AbortSignal): Promise<object> {
  const parsed = payload.safeParse(begin.payload);
  if (!parsed.success) {
    const text = "payload.mode: must be analysis-only or content-refresh";
    return { failed: { class: "input_invalid", message: text } };
  }
  // To pull an image again needs a registry client, which no scanner of ours has: it says so.
  if (parsed.data.mode === "content-refresh") return { incomplete: "not_available" };
  const post = (path: string, body: unknown) => {
    const number = ++asked;
    tell({ post: number, of: begin.begin, path, body });
    return new Promise((resolve) => questions.set(number, resolve));
  };
  const result = await scanSegment(createInputSource({ post }, begin.job, begin.attempt), caches, {
    tenant: begin.tenant,
    signal,
    onProgress: (done, total, phase) => {
      if (!signal.aborted) tell({ progress: begin.begin, done, total, phase });
    },
  });
  return { result };
}

async function work(begin: Begin): Promise<void> {
  const stopping = new AbortController();
  jobs.set(begin.begin, stopping);
  const said = await scan(begin, stopping.signal).catch((error: unknown) => ({
    failed: { class: "transient", message: error instanceof Error ? error.message : String(error) },
  }));
  if (!stopping.signal.aborted) tell({ end: begin.begin, ...said });
  jobs.delete(begin.begin);
}

for await (const line of createInterface({ input: process.stdin })) {
  const heard = message.parse(JSON.parse(line));
  if ("begin" in heard) void work(heard);
  else if ("stop" in heard) jobs.get(heard.stop)?.abort();
  else {
    questions.get(heard.answer)?.(heard.json);
    questions.delete(heard.answer);
  }
}
process.exit(0);
