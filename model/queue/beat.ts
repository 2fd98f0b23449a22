import { z } from "zod";

/** What a worker tells about a job in hand; at most `queueLimits.progressBytes` as JSON. */
export const jobProgress = z.object({
  done: z.number().min(0),
  total: z.number().min(0).optional(),
  phase: z.string().max(64).optional(),
  message: z.string().max(256).optional(),
});
export type JobProgress = z.infer<typeof jobProgress>;

/** Reads a progress document; null when it is not one (progress is display, never an error). */
export function parseProgress(text: string): JobProgress | null {
  if (text === "") return null;
  try {
    const parsed = jobProgress.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** `cancel`: stop and settle. `lost`: the lease is gone, say nothing more about this job. */
export type BeatVerdict = "continue" | "cancel" | "lost";

/** `drain`: take nothing new, finish or release, leave. */
export type WorkerVerdict = "continue" | "drain";

export interface BeatAnswer {
  readonly worker: WorkerVerdict;
  readonly leaseMs: number;
  readonly beatMs: number;
  readonly jobs: readonly BeatVerdict[];
}
