import type { RespValue } from "./resp.ts";

/**
 * A command of the worker as it crossed the link; a call over HTTPS stands here as the function call that it means.
 * Times are of one monotonic clock, in milliseconds. */
export interface WireCommand {
  readonly connection: number;
  /** In upper case. */
  readonly name: string;
  /** Without the name; empty for commands that carry a secret. */
  readonly args: readonly string[];
  /** It may take long, until there is work. */
  readonly waits: boolean;
  readonly sentAtMs: number;
  reply: RespValue | undefined;
  /** When the reply was passed on to the worker; undefined when it never was. */
  repliedAtMs: number | undefined;
}

/** A call of one of the protocol's functions. */
export interface FunctionCall extends WireCommand {
  readonly epoch: string;
  readonly worker: string;
  /** What follows the worker. */
  readonly rest: readonly string[];
}

export interface LeaseName {
  readonly job: string;
  readonly attempt: number;
  readonly lease: number;
}

/** A lease inside a call, with what the call said about it and the word that came back. */
export interface LeaseInCall extends LeaseName {
  /** The outcome of a settle, the progress of a beat. */
  readonly text: string;
  readonly verdict: string | undefined;
  readonly sentAtMs: number;
  readonly repliedAtMs: number | undefined;
}

/** A job that a claim handed out. */
export interface Given extends LeaseName {
  readonly kind: string;
  readonly sentAtMs: number;
  readonly repliedAtMs: number;
}

/** All that a worker said to the queue, in the words of the protocol. */
export interface Wire {
  readonly commands: readonly WireCommand[];
  calls(name: string): FunctionCall[];
  claims(): FunctionCall[];
  given(): Given[];
  beats(): LeaseInCall[];
  settles(job?: string, attempt?: number): LeaseInCall[];
  releases(): LeaseInCall[];
}

export function createWire(commands: readonly WireCommand[]): Wire {
  const calls = (name: string) =>
    commands
      .filter((command) => command.name === "FCALL" && command.args[0] === name)
      .map((command) => ({
        ...command,
        epoch: command.args[3] ?? "",
        worker: command.args[4] ?? "",
        rest: command.args.slice(5),
      }));
  return {
    commands,
    calls,
    claims: () => calls("je_claim"),
    given: () => calls("je_claim").flatMap(givenBy),
    beats: () => calls("je_beat").flatMap((call) => leasesIn(call, 4, list(list(call.reply)[3]))),
    settles: (job, attempt) =>
      calls("je_settle")
        .flatMap((call) => leasesIn(call, 4, list(call.reply)))
        .filter((one) => (job ?? one.job) === one.job && (attempt ?? one.attempt) === one.attempt),
    releases: () => calls("je_release").flatMap((call) => leasesIn(call, 3, list(call.reply))),
  };
}

function list(value: RespValue | undefined): readonly RespValue[] {
  return Array.isArray(value) ? value : [];
}

function givenBy({ reply, sentAtMs, repliedAtMs }: FunctionCall): Given[] {
  if (repliedAtMs === undefined) return [];
  return list(list(reply)[4]).map((raw) => {
    const [job, attempt, lease, kind] = list(raw);
    const name = { job: String(job), attempt: Number(attempt), lease: Number(lease) };
    return { ...name, kind: String(kind), sentAtMs, repliedAtMs };
  });
}

function leasesIn(call: FunctionCall, arity: 3 | 4, verdicts: readonly RespValue[]): LeaseInCall[] {
  const { rest, sentAtMs, repliedAtMs } = call;
  const found: LeaseInCall[] = [];
  for (let at = 0; at + arity <= rest.length; at += arity) {
    const verdict = verdicts[at / arity];
    found.push({
      job: rest[at] ?? "",
      attempt: Number(rest[at + 1]),
      lease: Number(rest[at + 2]),
      text: arity === 4 ? (rest[at + 3] ?? "") : "",
      verdict: typeof verdict === "string" ? verdict : undefined,
      sentAtMs,
      repliedAtMs,
    });
  }
  return found;
}
