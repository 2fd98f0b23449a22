/**
 * `npm run bench -- run [--images N]`: prints what the main path does on this machine, with a ledger that
 * proves that nothing was lost. `npm run bench -- fairness` plays fleets in simulated time. Peers and ratios are measured in the same run; nothing is asserted on time.
 */
import { parseArgs } from "node:util";
import { benchClaims } from "./claims.ts";
import { benchFairness } from "./fairness.ts";
import { benchImpact } from "./impact.ts";
import { benchMatch } from "./match.ts";
import { benchRun } from "./run.ts";
import { withBenchStack } from "./stack.ts";

const usage = `npm run bench -- run [--images N] [--only run,impact,match]
npm run bench -- fairness
npm run bench -- claims

  run       a run over N images (100,000) with no-op workers, results ingested, history events
  impact    impact queries at N images × 40 components, with their plans
  fairness  shares and waits of tenants on the queue, beside round robin and first come, first served
  claims    what enqueue, claim and settle cost as the queue grows, with 1 and with 1,000 tenants
  match     proton-bridge against the Go feed, beside osv-scanner where it is installed
`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      images: { type: "string", default: "100000" },
      only: { type: "string", default: "run,impact,match" },
      help: { type: "boolean", default: false },
    },
  });
  const images = Number(values.images);
  if (positionals[0] === "fairness" && !values.help) return benchFairness();
  if (positionals[0] === "claims" && !values.help) return benchClaims();
  if (values.help || positionals[0] !== "run" || !Number.isSafeInteger(images) || images < 1) {
    console.log(usage);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const wanted = values.only.split(",");
  if (wanted.includes("match")) await benchMatch();
  if (wanted.includes("run") || wanted.includes("impact")) {
    await withBenchStack(async (stack) => {
      if (wanted.includes("run")) await benchRun(stack, images);
      if (wanted.includes("impact")) await benchImpact(stack, images);
    });
  }
}

await main();
