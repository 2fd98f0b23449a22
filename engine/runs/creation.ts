import { z } from "zod";
import { jobClass } from "../../model/queue/job-message.ts";
import { poolName } from "../../model/pools/pool.ts";
import { runRequest } from "../../model/runs/run-request.ts";
import { runReason } from "../../model/runs/run.ts";
import { runModes, scheduleId } from "../../model/schedules/schedule.ts";

const subjects = ["scheduleId", "selection", "advisories", "purls"] as const;

/** What a caller asks a run to cover: exactly one of the four subjects. */
export const runCreation = z
  .strictObject({
    scheduleId: scheduleId
      .optional()
      .meta({ description: "The selection, mode and limits of this schedule." }),
    ...runRequest.shape,
    mode: z
      .enum(runModes)
      .optional()
      .meta({ description: "`analysis-only` when absent; a schedule brings its own." }),
    class: jobClass.optional().meta({
      description:
        "The priority: `event` for advisories and package URLs, `interactive` otherwise, when absent.",
    }),
    pool: poolName.optional().meta({
      description: "The pool of workers that does it; `default` when absent, a schedule brings its own.",
    }),
    reason: runReason.optional(),
  })
  .superRefine((value, context) => {
    const given = subjects.filter((name) => value[name] !== undefined);
    if (given.length !== 1) {
      const path = [given[1] ?? "selection"];
      context.addIssue({ code: "custom", path, message: `give exactly one of ${subjects.join(", ")}` });
    }
    if (value.scheduleId === undefined) return;
    for (const name of ["mode", "maxImages", "lastReportOlderThanDays", "concurrencyKey", "pool"] as const) {
      if (value[name] === undefined) continue;
      context.addIssue({ code: "custom", path: [name], message: "comes from the schedule; leave it out" });
    }
  });

export type RunCreation = z.infer<typeof runCreation>;
