import { z } from "zod";
import { run, type RunReason } from "../../model/runs/run.ts";
import type { NewRun } from "../../store/runs/insert.ts";
import type { Ctx } from "../context.ts";
import { tickerShardOf } from "../schedules/shard.ts";

/** What a retry or a redrive took up. */
export const retryAnswer = z.object({
  run: run
    .optional()
    .meta({ description: "The run that was made, in planning; absent when there was nothing to take up." }),
  jobs: z.int().meta({ description: "Parked jobs that it has taken up." }),
  images: z.int().meta({ description: "Images of what it has taken up; the run covers each once." }),
  skipped: z.int().meta({ description: "Parked jobs of the choice that another run has taken up before." }),
  remaining: z.int().meta({ description: "Parked jobs of the choice that still wait: more than one batch." }),
});

export type RetryAnswer = z.infer<typeof retryAnswer>;

/** The row of a run that repeats something for its caller. */
export function retryRun(
  ctx: Ctx,
  runId: string,
  of: Pick<NewRun, "mode" | "class" | "pool" | "request" | "retryOf" | "ratePerSecond">,
): NewRun {
  const { identity, note, requestId, trace } = ctx.caller;
  const reason: RunReason = { text: note.reason ?? "" };
  return {
    ...of,
    tenant: identity.tenant,
    runId,
    scheduleId: null,
    scheduleRevision: null,
    trigger: "retry",
    reason,
    correlationId: requestId,
    createdBy: identity.actor,
    shard: tickerShardOf(runId),
    trace,
  };
}
