import type { PassedAnswer } from "../engine/forward.ts";
import type { RespValue } from "./resp.ts";
import type { WireCommand } from "./wire.ts";

interface CallDocument {
  readonly workerId?: unknown;
  readonly epoch?: unknown;
  readonly free?: unknown;
  readonly kinds?: unknown;
  readonly waitSeconds?: unknown;
  readonly jobs?: unknown;
}

/** Which fields of a job go with each call, in the order of the function's arguments. */
const fieldsOf: Readonly<Record<string, readonly string[]>> = {
  beat: ["job", "attempt", "lease", "progress"],
  settle: ["job", "attempt", "lease", "outcome"],
  release: ["job", "attempt", "lease"],
};

/** Reads a call over HTTPS as the function call that it means; undefined for any other request. */
export function readCall(url: string, bytes: Buffer, connection: number): WireCommand | undefined {
  const name = /\/api\/v1\/worker\/(claim|beat|settle|release|leave)$/.exec(url)?.[1];
  if (name === undefined) return undefined;
  const document = parse(bytes) as CallDocument;
  const rest =
    name === "claim" ? [document.free, ...list(document.kinds)] : jobsOf(document, fieldsOf[name] ?? []);
  const args = [`je_${name}`, 1, "", document.epoch ?? "", document.workerId ?? "", ...rest];
  return {
    connection,
    name: "FCALL",
    args: args.map(String),
    waits: name === "claim" && Number(document.waitSeconds ?? 0) > 0,
    sentAtMs: performance.now(),
    reply: undefined,
    repliedAtMs: undefined,
  };
}

function jobsOf({ jobs }: CallDocument, fields: readonly string[]): unknown[] {
  return list(jobs).flatMap((job) => fields.map((field) => (job as Record<string, unknown>)[field] ?? ""));
}

/** An answer in the form of the function's reply; an error as a server would write it. */
export function replyOf({ args }: WireCommand, { status, bytes }: PassedAnswer): RespValue {
  if (status === 204) return 1;
  const document = parse(bytes) as Record<string, RespValue>;
  if (status !== 200) return `-${String(document["code"] ?? status)}`;
  const { word = null, retryAfterMs = 0, leaseMs = 0, beatMs = 0, verdicts = [] } = document;
  if (args[0] === "je_beat") return [word, leaseMs, beatMs, verdicts];
  if (args[0] !== "je_claim") return verdicts;
  const jobs = list(document["jobs"]).map((job) => {
    const { job: id, attempt, lease, kind } = job as Record<string, RespValue>;
    return [id ?? "", attempt ?? 0, lease ?? 0, kind ?? ""];
  });
  return [word, retryAfterMs, leaseMs, beatMs, jobs];
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString()) ?? {};
  } catch {
    return {};
  }
}
