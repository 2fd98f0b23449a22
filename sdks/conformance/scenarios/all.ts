import type { Scenario, Transport } from "../runner/scenario.ts";
import { beating } from "./beating.ts";
import { clock } from "./clock.ts";
import { connections } from "./connections.ts";
import { https } from "./https.ts";
import { idling } from "./idling.ts";
import { losing } from "./losing.ts";
import { outcomes } from "./outcomes.ts";
import { registering } from "./registering.ts";
import { stopping } from "./stopping.ts";
import { working } from "./working.ts";

/** Every scenario, in the order in which a reader would ask. */
export const scenarios: readonly Scenario[] = [
  ...registering,
  ...working,
  ...outcomes,
  ...beating,
  ...stopping,
  ...connections,
  ...losing,
  ...https,
  ...clock,
  ...idling,
];

/** Those that have a meaning for a worker that reaches its queue this way. */
export function scenariosOver(transport: Transport): readonly Scenario[] {
  return scenarios.filter(({ setting }) => (setting?.only ?? transport) === transport);
}
