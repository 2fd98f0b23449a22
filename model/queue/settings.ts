import { z } from "zod";

/** The settings of one queue, written when it is opened. */
export const queueSettings = z
  .strictObject({
    /** A worker that is not heard of for this long loses its jobs. */
    leaseMs: z.int().min(100).default(60_000),
    /** How often workers beat; at least twice within a lease. */
    beatMs: z.int().min(25).default(15_000),
    /** Claims are refused while this many results wait to be ingested. */
    highWater: z.int().min(1).default(10_000),
    /** How long a cancelled run is refused without asking PostgreSQL. */
    tombstoneMs: z.int().min(1_000).default(86_400_000),
  })
  .refine(({ leaseMs, beatMs }) => beatMs * 2 <= leaseMs, {
    message: "beat at least twice within a lease, so that one lost beat costs nothing",
    path: ["beatMs"],
  });
export type QueueSettings = z.infer<typeof queueSettings>;
