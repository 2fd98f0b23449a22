import { Worker } from "node:worker_threads";
import { DomainError, type ErrorCode, type FieldError } from "../../model/errors.ts";
import { type ParsedSbom, parseSbomBytes } from "./parse-sbom-bytes.ts";

/** What the thread says: the SBOM, or why it is refused. */
export type ThreadAnswer =
  | { readonly sbom: ParsedSbom }
  | {
      readonly refused: {
        readonly code: ErrorCode;
        readonly message: string;
        readonly fields: readonly FieldError[];
      };
    };

/** Up to here reading takes some 20 ms, less than starting a thread. */
const inlineBytes = 1_000_000;
const threadTimeoutMs = 60_000;
/** A document of 64 MB takes some 700 MB while it is read. */
const threadHeapMb = 2_048;
/** More threads than this at once would only share the memory and the processors. */
const threadsAtOnce = 2;

let running = 0;
const waiting: (() => void)[] = [];

/**
 * Reads an SBOM without holding up other requests: a small one here, a large one in a thread of its own,
 * which takes over the bytes. At most two threads run; others wait.
 * @throws DomainError as `parseSbomBytes`; `too_large` when it does not fit into the thread's memory or time.
 */
export async function readSbom(bytes: Uint8Array<ArrayBuffer>): Promise<ParsedSbom> {
  if (bytes.byteLength <= inlineBytes) return parseSbomBytes(bytes);
  if (running >= threadsAtOnce) await new Promise<void>((resolve) => waiting.push(resolve));
  else running++;
  try {
    return await readInThread(bytes);
  } finally {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
}

function readInThread(bytes: Uint8Array<ArrayBuffer>): Promise<ParsedSbom> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL("sbom-thread.ts", import.meta.url), {
      workerData: bytes,
      transferList: [bytes.buffer],
      resourceLimits: { maxOldGenerationSizeMb: threadHeapMb },
    });
    const timer = setTimeout(() => {
      void thread.terminate();
      reject(new DomainError("too_large", "The SBOM takes too long to read."));
    }, threadTimeoutMs);
    thread.once("message", (answer: ThreadAnswer) => {
      if ("sbom" in answer) resolve(answer.sbom);
      else
        reject(
          new DomainError(answer.refused.code, answer.refused.message, { fields: answer.refused.fields }),
        );
    });
    thread.once("error", (error: Error & { code?: string }) => {
      const isOutOfMemory = error.code === "ERR_WORKER_OUT_OF_MEMORY";
      reject(isOutOfMemory ? new DomainError("too_large", "The SBOM is too large to be read.") : error);
    });
    thread.once("exit", () => {
      clearTimeout(timer);
      reject(new Error("The thread that reads SBOMs ended without an answer."));
    });
  });
}
