import { z } from "zod";

/**
 * Why a job was given up and waits for an operator: the budget that is spent, or `permanent`, when a second
 * worker confirmed that no try will do.
 */
export const parkReasons = [
  "tries_exhausted",
  "crashes_exhausted",
  "wall_clock_exhausted",
  "permanent",
] as const;
export const parkReason = z.enum(parkReasons);
export type ParkReason = z.infer<typeof parkReason>;
