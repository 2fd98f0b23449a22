import { z } from "zod";
import { poolName } from "../pools/pool.ts";
import { jobKind } from "../queue/job-message.ts";
import { outcomeErrorClass } from "../queue/outcome.ts";
import { runId } from "../runs/run.ts";
import { runModes, scheduleId } from "../schedules/schedule.ts";
import { sortedSet } from "../sorted-set.ts";
import { plainText } from "../text.ts";
import { timestamp } from "../time/timestamp.ts";
import { parkReason } from "./park-reason.ts";

/** Which parked jobs: every filter that is given must hold; none: all of them. */
export const parkedFilter = z.strictObject({
  runId: runId.optional(),
  scheduleId: scheduleId.optional(),
  kind: jobKind.optional(),
  mode: z.enum(runModes).optional(),
  pool: poolName.optional().meta({ description: "Of the run that parked them." }),
  reason: sortedSet(parkReason, 10).optional(),
  errorClass: sortedSet(outcomeErrorClass, 10).optional(),
  errorCode: plainText(128).min(1).optional().meta({ description: "As the worker told it." }),
  parkedAfter: timestamp.optional(),
  parkedBefore: timestamp.optional(),
});

export type ParkedFilter = Readonly<z.infer<typeof parkedFilter>>;
