/**
 * `npm run bench -- run [--images N]`: prints what the main path does on this machine, with a ledger that
 * proves that nothing was lost. `npm run bench -- queue` measures the queue beside its peers, in turns.
 */
import { parseArgs } from "node:util";
import { benchClaims } from "./claims.ts";
import { benchFairness } from "./fairness.ts";
import { benchImpact } from "./impact.ts";
import { benchMatch } from "./match.ts";
import { benchQueue, type QueueBenchPart, queueBenchParts } from "./queue.ts";
import { benchRun } from "./run.ts";
import { withBenchStack } from "./stack.ts";

const usage = `npm run bench -- run [--images N] [--only run,impact,match]
npm run bench -- fairness
npm run bench -- claims
npm run bench -- queue [--only dispatch,work,…] [--rounds N] [--scale X]

  run       a run over N images (100,000) with no-op workers, results ingested, history events
  impact    impact queries at N images × 40 components, with their plans
  fairness  shares and waits of tenants on the queue, beside round robin and first come, first served
  claims    what enqueue, claim and settle cost as the queue grows, with 1 and with 1,000 tenants, and with keys
  queue     the queue beside BullMQ, asynq, Celery and graphile-worker, in turns; some ten minutes. Its parts:
            dispatch  one client enqueues, beside addBulk
            work      claim, no-op, settle with a worker of each SDK, beside the peer of its language
            ceiling   what Lua does in batches without any semantics
            latency   from enqueue to the handler of an idle worker
            idle      commands that fifty workers without work send
            results   from the stream into PostgreSQL, beside batched completion
            growth    the same as claims
            --rounds 3 takes turns so often, --scale 1 multiplies how many jobs a round has
  match     proton-bridge against the Go feed, beside osv-scanner where it is installed
`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      images: { type: "string", default: "100000" },
      only: { type: "string" },
      rounds: { type: "string", default: "3" },
      scale: { type: "string", default: "1" },
      help: { type: "boolean", default: false },
    },
  });
  const images = Number(values.images);
  if (positionals[0] === "fairness" && !values.help) return benchFairness();
  if (positionals[0] === "claims" && !values.help) {
    await benchClaims();
    return;
  }
  const parts = queueParts(values.only);
  const [rounds, scale] = [Number(values.rounds), Number(values.scale)];
  if (positionals[0] === "queue" && !values.help && parts !== undefined && rounds >= 1 && scale > 0)
    return benchQueue({ only: parts, rounds, scale });
  if (values.help || positionals[0] !== "run" || !Number.isSafeInteger(images) || images < 1) {
    console.log(usage);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const wanted = (values.only ?? "run,impact,match").split(",");
  if (wanted.includes("match")) await benchMatch();
  if (wanted.includes("run") || wanted.includes("impact")) {
    await withBenchStack(async (stack) => {
      if (wanted.includes("run")) await benchRun(stack, images);
      if (wanted.includes("impact")) await benchImpact(stack, images);
    });
  }
}

// What was started ends with this process, but only when it exits by itself.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

/** The parts that were asked for, all by default; undefined when one of them does not exist. */
function queueParts(only: string | undefined): readonly QueueBenchPart[] | undefined {
  if (only === undefined) return queueBenchParts;
  const wanted = only.split(",");
  const parts = queueBenchParts.filter((part) => wanted.includes(part));
  return parts.length === wanted.length ? parts : undefined;
}

await main();
