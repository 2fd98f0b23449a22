/**
 * What broken workers are made of: the worker of the TypeScript SDK with one fault, put between the SDK and
 * its connection to the queue, so that everything else stays as it should be.
 */
import { Redis } from "ioredis";

type Args = readonly (string | number)[];
type Call = (...args: Args) => Promise<unknown>;

/** Stands between the SDK and a function: `call` makes the call, with other arguments if wanted. */
export type Fault = (call: Call, args: Args) => Promise<unknown>;

/** Puts a fault before a function of the queue. The arguments begin with the epoch. */
export function breakFunction(name: string, fault: Fault): void {
  const fcall = Reflect.get(Redis.prototype, "fcall") as (...args: Args) => Promise<unknown>;
  const broken = async function (this: Redis, ...args: Args) {
    const [called, keys, prefix, ...rest] = args;
    if (called !== name) return await fcall.apply(this, [...args]);
    return await fault(
      async (...other) => await fcall.apply(this, [name, keys ?? 1, prefix ?? "", ...other]),
      rest,
    );
  };
  Object.defineProperty(Redis.prototype, "fcall", { value: broken, configurable: true, writable: true });
}

/** Replaces words in the verdicts of every beat before the SDK hears them. */
export function rewordBeats(from: string, to: string): void {
  breakFunction("je_beat", async (call, args) => {
    const [word, leaseMs, beatMs, verdicts] = (await call(...args)) as [string, number, number, string[]];
    return [word, leaseMs, beatMs, verdicts.map((verdict) => (verdict === from ? to : verdict))];
  });
}

type CallDocument = Readonly<Record<string, unknown>>;

/** Stands between the SDK and a call over HTTPS: `call` makes it, with another document if wanted. */
export type HttpsFault = (
  call: (document: CallDocument) => Promise<Response>,
  document: CallDocument,
) => Promise<Response>;

/** Puts a fault before a call of the HTTPS transport. */
export function breakCalls(name: string, fault: HttpsFault): void {
  const { fetch } = globalThis;
  globalThis.fetch = async (url, init) => {
    const body = init?.body;
    const isMeant = typeof url === "string" && url.endsWith(`/worker/${name}`);
    if (!isMeant || typeof body !== "string") return await fetch(url, init);
    const document = JSON.parse(body) as CallDocument;
    return await fault(async (other) => await fetch(url, { ...init, body: JSON.stringify(other) }), document);
  };
}
