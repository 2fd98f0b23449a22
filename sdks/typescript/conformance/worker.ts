/** The conformance worker of this SDK: what each kind does is written in ../../conformance/WORKER.md. */
import { setTimeout as sleep } from "node:timers/promises";
import {
  createWorker,
  DependencyDown,
  type Handler,
  incomplete,
  InvalidInput,
  Permanent,
  RetryAfter,
  WorkerRefused,
} from "../src/index.ts";

const progressEveryMs = 50;

const sleepy: Handler = async (job, { signal, progress }) => {
  const { ms, message } = job.payload as { ms: number; message?: string };
  const startedAt = performance.now();
  for (let done = 0; done < ms; done = performance.now() - startedAt) {
    progress({
      done: Math.round(done),
      total: ms,
      phase: "sleep",
      ...(message === undefined ? {} : { message }),
    });
    await sleep(Math.min(progressEveryMs, ms - done), undefined, { signal });
  }
  return { slept: ms };
};

const stubborn: Handler = (job) => {
  const { ms } = job.payload as { ms: number };
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  return { slept: ms };
};

interface Failing {
  readonly error: string;
  readonly message: string;
  readonly code?: string;
  readonly retryAfterSeconds?: number;
}

const fail: Handler = (job) => {
  const { error, message, code, retryAfterSeconds = 1 } = job.payload as Failing;
  const options = code === undefined ? {} : { code };
  switch (error) {
    case "permanent":
      throw new Permanent(message, options);
    case "retry_after":
      throw new RetryAfter(retryAfterSeconds, message, options);
    case "dependency_down":
      throw new DependencyDown(message, options);
    case "input_invalid":
      throw new InvalidInput(message, options);
    case "panic":
      return (undefined as unknown as { nothing: { there: string } }).nothing.there;
    default:
      throw new Error(message);
  }
};

const worker = createWorker({
  apiUrl: process.env["JOBENGINE_API_URL"] ?? "",
  workerKey: process.env["JOBENGINE_WORKER_KEY"] ?? "",
  concurrency: Number(process.env["JOBENGINE_CONCURRENCY"] ?? "4"),
  drainGraceMs: Number(process.env["JOBENGINE_DRAIN_GRACE_MS"] ?? "20000"),
  transport: process.env["JOBENGINE_TRANSPORT"] === "https" ? "https" : "valkey",
  ...(process.env["JOBENGINE_CA_FILE"] === undefined ? {} : { caFile: process.env["JOBENGINE_CA_FILE"] }),
  build: "conformance",
  kinds: {
    echo: (job) => ({ payload: job.payload }),
    sleep: sleepy,
    stubborn,
    fail,
    incomplete: (job) => incomplete((job.payload as { reason: string }).reason),
    large: (job) => ({ text: "x".repeat((job.payload as { bytes: number }).bytes) }),
    artifact: async (job, { publishArtifact }) => {
      const { name, text } = job.payload as { name: string; text: string };
      return { ...(await publishArtifact(name, new TextEncoder().encode(text), "text/plain")) };
    },
  },
});

try {
  await worker.run();
} catch (error) {
  if (!(error instanceof WorkerRefused)) throw error;
  process.exitCode = 1;
}
