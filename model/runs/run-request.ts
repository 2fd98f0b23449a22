import { z } from "zod";
import { selection } from "../images/selection.ts";

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
});

export type RunRequest = Readonly<z.infer<typeof runRequest>>;
