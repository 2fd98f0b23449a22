import { Redis } from "ioredis";
import { unlessAborted } from "./pause.ts";
import type { BeatReply, BeatVerdict, ClaimedJob, ClaimReply } from "./protocol.ts";
import type { QueueConnection } from "./queue-connection.ts";
import { QueueAway, QueueLost, toQueueError } from "./queue-errors.ts";
import type { ValkeyRegistration } from "./register.ts";

export interface ValkeyQueueOptions {
  readonly registration: ValkeyRegistration;
  readonly secret: string;
  readonly kinds: readonly string[];
  /** Authorities to trust instead of the system's, PEM. */
  readonly ca: string | undefined;
  /** Called once, when a connection finds out by itself that this registration is over. */
  readonly onLost: (error: QueueLost) => void;
}

/** How long an idle worker sleeps in the server before it looks by itself. */
const idleMs = 20_000;

/** Opens two connections, one for commands and one that sleeps until there is work. */
export async function connectValkeyQueue(options: ValkeyQueueOptions): Promise<QueueConnection> {
  const { registration, kinds } = options;
  const { keyPrefix, epoch, workerId } = registration;
  let trouble: Error | undefined;
  const note = (error: Error) => {
    trouble = error;
  };
  const commands = open(options, "commands", note);
  const sleeper = open(options, "sleeper", note);
  let isAsleep = false;
  try {
    await Promise.all([commands.connect(), sleeper.connect()]);
  } catch (error) {
    disconnect(commands);
    disconnect(sleeper);
    const sorted = toQueueError(error);
    // What the client rejects with says no more than that the connection is closed; the trouble says why.
    throw sorted instanceof QueueAway && trouble !== undefined ? new QueueAway(trouble) : sorted;
  }

  async function call<Reply>(name: string, args: readonly (string | number)[]): Promise<Reply> {
    try {
      return (await commands.fcall(name, 1, keyPrefix, epoch, workerId, ...args)) as Reply;
    } catch (error) {
      throw toQueueError(error);
    }
  }

  return {
    async claim(free) {
      const [word, retryAfterMs, leaseMs, beatMs, jobs] = await call<RawClaim>("je_claim", [free, ...kinds]);
      return { word, retryAfterMs, leaseMs, beatMs, waitedMs: 0, jobs: jobs.map(toClaimedJob) };
    },
    async beat(jobs) {
      const args = jobs.flatMap(({ job, attempt, lease, progress }) => [job, attempt, lease, progress]);
      const [word, leaseMs, beatMs, verdicts] = await call<RawBeat>("je_beat", args);
      return { word, leaseMs, beatMs, verdicts };
    },
    settle: async (outcomes) =>
      await call(
        "je_settle",
        outcomes.flatMap(({ job, attempt, lease, outcome }) => [job, attempt, lease, outcome]),
      ),
    release: async (jobs) =>
      await call(
        "je_release",
        jobs.flatMap(({ job, attempt, lease }) => [job, attempt, lease]),
      ),
    async leave() {
      await call("je_leave", []);
    },
    async waitForWork({ retryAfterMs }, signal) {
      isAsleep = true;
      const sleep = sleepUntilWoken(sleeper, `${keyPrefix}wake:${workerId}`, retryAfterMs || idleMs);
      await unlessAborted(sleep, signal);
      isAsleep = false;
    },
    endSleep() {
      // A pop under way ends with its connection alone.
      if (isAsleep) sleeper.disconnect(true);
    },
    close() {
      disconnect(commands);
      disconnect(sleeper);
    },
  };
}

type RawJob = [string, number, number, string, string, string, string, number, string, string?];
type RawClaim = [ClaimReply["word"], number, number, number, RawJob[]];
type RawBeat = [BeatReply["word"], number, number, BeatVerdict[]];

function toClaimedJob(raw: RawJob): ClaimedJob {
  const [job, attempt, lease, kind, class_, tenant, run, wallClockMs, payload, key] = raw;
  const claimed = { job, attempt, lease, kind, class: class_, tenant, run, wallClockMs, payload };
  return key ? { ...claimed, concurrencyKey: key } : claimed;
}

function open(
  options: ValkeyQueueOptions,
  role: "commands" | "sleeper",
  onError: (error: Error) => void,
): Redis {
  const { registration, secret, ca, onLost } = options;
  const client = new Redis(registration.valkeyUrl, {
    username: registration.valkeyUsername,
    password: secret,
    connectionName: `${registration.workerId}-${role}`,
    lazyConnect: true,
    enableReadyCheck: false, // INFO is not granted to workers
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0, // rejects what is in flight when the connection drops; see queue-errors
    enableOfflineQueue: false,
    connectTimeout: 5_000,
    ...(ca === undefined ? {} : { tls: { ca } }),
    ...(role === "commands" ? { commandTimeout: 10_000 } : {}),
    retryStrategy: (attempts) => Math.min(2_000, 25 * 2 ** Math.min(attempts, 7)) * (0.5 + Math.random() / 2),
  });
  client.on("error", (error: Error) => {
    // A refused sign-in shows only here: the server restarted without its users, or the key was revoked.
    const sorted = toQueueError(error);
    if (sorted instanceof QueueLost) onLost(sorted);
    onError(error);
  });
  return client;
}

function disconnect(client: Redis): void {
  if (client.status !== "end") client.disconnect();
}

/** How long the server may be late with its answer to a timed-out pop before the connection counts as dead. */
const lateMs = 5_000;

async function sleepUntilWoken(client: Redis, key: string, timeoutMs: number): Promise<void> {
  const dead = setTimeout(() => client.disconnect(true), timeoutMs + lateMs);
  try {
    await client.blpop(key, timeoutMs / 1_000);
  } catch {
    // Without the connection nobody can wake this worker: come back soon and claim.
    if (client.status === "end") return;
    await new Promise<void>((resolve) => setTimeout(resolve, Math.min(timeoutMs, 500)));
  } finally {
    clearTimeout(dead);
  }
}
