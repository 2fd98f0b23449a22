import { z } from "zod";
import { selection } from "../images/selection.ts";
import { concurrencyKey } from "../queue/job-message.ts";
import { runId } from "./run.ts";

/**
 * What a run is asked to cover, as its row keeps it until planning reads it. Exactly one of `selection`,
 * `advisories` and `purls`: the last two cover only the images that they touch.
 */
export const runRequest = z.strictObject({
  selection: selection.optional(),
  /** Advisory ids or aliases. */
  advisories: z.array(z.string().min(1).max(256)).min(1).max(1_000).optional(),
  /** Package URLs without version, with version, or with a `vers:` range in the qualifier `vers`. */
  purls: z.array(z.string().min(1).max(4_096)).min(1).max(1_000).optional(),
  /** Run images again whose result is fresh. */
  force: z.boolean().default(false),
  /** At most so many images; those whose result is oldest come first. */
  maxImages: z.int().min(1).max(10_000_000).optional(),
  /** Only images whose result is at least so old, or that have none. */
  lastReportOlderThanDays: z.int().min(0).max(3_650).optional(),
  concurrencyKey: concurrencyKey.optional().meta({
    description: "What its jobs share with those of other runs, say a registry host: operators limit it.",
  }),
});

/** Outcomes of images that may be run again. */
export const retriedStatuses = ["failed", "incomplete", "cancelled"] as const;

/** What a retry covers beside the parked jobs that it has taken up: images of an ended run by their outcome. */
export const retryRequest = z.strictObject({
  outcomes: z.strictObject({ runId, statuses: z.array(z.enum(retriedStatuses)).min(1) }).optional(),
  /** At most so many images in a job. */
  segmentImages: z.int().min(1).optional(),
});

/** A request as the row of a run keeps it: what a caller asked for, or what a retry repeats. */
export const storedRequest = runRequest.extend({ retry: retryRequest.optional() });

export type StoredRequest = Readonly<z.infer<typeof storedRequest>>;
export type RunRequest = Readonly<z.infer<typeof runRequest>>;
