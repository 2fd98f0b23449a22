import { workflowIds } from "../../../workflows/contract.ts";
import { demoTenant } from "../api-client.ts";
import type { Story } from "../story.ts";

/** Where to look further. */
export function farewell(
  { screen, stack }: Story,
  lastRun: string,
  shouldKeep: boolean,
  dataDir: string,
): void {
  screen.scene("Where to look");
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
