import { workflowIds } from "../../../workflows/contract.ts";
import { demoTenant } from "../api-client.ts";
import { workLines } from "../work-lines.ts";
import type { Story } from "../story.ts";

/** Who did the work, and where to look further. */
export async function farewell(
  { screen, stack, api }: Story,
  lastRun: string,
  shouldKeep: boolean,
  dataDir: string,
): Promise<void> {
  screen.scene("Who did it, and where to look");
  for (const line of workLines(await api.workers())) screen.say(line);
  const workflow = encodeURIComponent(workflowIds.run(demoTenant, lastRun));
  const folder = /^[\w./-]+$/.test(dataDir) ? dataDir : JSON.stringify(dataDir);
  const stop: [string, string] = ["stop", `npm run down -- --data-dir ${folder}`];
  const again: [string, string] = ["keep it", "npm run demo -- --keep leaves all of this running"];
  screen.table([
    ["API page", stack.docsUrl ?? ""],
    ["the first run", `${stack.temporalUiUrl}/namespaces/default/workflows/${workflow}`],
    ["logs", `${stack.dataDir}/logs`],
    ["look around", "npm run up starts an empty stack of your own, npm run down stops it"],
    shouldKeep ? stop : again,
  ]);
}
