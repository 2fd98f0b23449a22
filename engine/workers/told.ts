import { z } from "zod";
import type { Ctx } from "../context.ts";
import { readFleet } from "./fleet.ts";

/** How a drain stands right after it was told. */
export const told = z.object({
  workers: z.int().meta({ description: "Workers alive that it concerns." }),
  draining: z.int().meta({ description: "Of them: those that the queue tells to finish and leave." }),
  jobsInHand: z.int().meta({ description: "Jobs in the hands of all of them." }),
});

export type Told = z.infer<typeof told>;

/** Asks the queue how the workers concerned stand. @throws DomainError `unavailable` */
export async function howTold(ctx: Ctx, concerned: ReadonlySet<string>): Promise<Told> {
  const { alive } = await readFleet(ctx);
  const found = alive.filter((one) => concerned.has(one.worker));
  return {
    workers: found.length,
    draining: found.filter((one) => one.isDraining).length,
    jobsInHand: found.reduce((sum, one) => sum + one.held, 0),
  };
}
