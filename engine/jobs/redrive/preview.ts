import { z } from "zod";
import { parkReason } from "../../../model/jobs/park-reason.ts";
import { runModes } from "../../../model/schedules/schedule.ts";
import { timestamp, toTimestamp } from "../../../model/time/timestamp.ts";
import { groupParked, type ParkedGroup, sumParked } from "../../../store/jobs/parked/summary.ts";
import { countDeleted } from "../../../store/runs/retried-images.ts";
import { previewSnapshot } from "../../../store/runs/impact-snapshot.ts";
import { withTenant } from "../../../store/tenant.ts";
import type { Ctx } from "../../context.ts";
import { coverageOfRetry } from "../../runs/retry-coverage.ts";
import { choiceOf, type RedriveRequest } from "./request.ts";

const jobs = z.int();

/** What a redrive of the same body would take up now, and what it would leave. */
export const redrivePreview = z.object({
  jobs: jobs.meta({ description: "Parked jobs that wait." }),
  images: z.int().meta({ description: "Images of all of them; the same one may be in several." }),
  runs: z.int().meta({ description: "Runs that parked them." }),
  oldest: timestamp.optional(),
  newest: timestamp.optional(),
  kinds: z.array(z.object({ kind: z.string(), jobs })),
  modes: z.array(z.object({ mode: z.enum(runModes), jobs })).meta({
    description: "A redrive is of one kind, mode and pool: narrow the filter where there are more.",
  }),
  pools: z.array(z.object({ pool: z.string(), jobs })),
  reasons: z.array(z.object({ reason: parkReason, jobs })),
  errors: z
    .array(z.object({ class: z.string(), code: z.string().optional(), jobs }))
    .meta({ description: "The most frequent ones." }),
  skipped: z
    .object({
      redriving: jobs.meta({ description: "Taken up by a run that is open." }),
      redriven: jobs.meta({ description: "Taken up by a run that has completed." }),
    })
    .meta({ description: "Parked jobs of the same choice that are not driven again." }),
  batch: z
    .object({
      jobs,
      planned: z.int().meta({ description: "Images that the run would cover, each once." }),
      deleted: z
        .int()
        .meta({ description: "Images that are gone from the inventory and would be left out." }),
      withoutSbom: z.int().meta({ description: "Of the planned: would end `incomplete: no_sbom`." }),
      digest: z
        .string()
        .meta({ description: "Of the planned set, as the run's impact snapshot would carry it." }),
    })
    .meta({ description: "The oldest `limit` of them: what one redrive takes up." }),
});

/** Answers what a redrive would take up; writes nothing. @throws DomainError `invalid` */
export async function previewRedrive(
  ctx: Ctx,
  request: RedriveRequest,
): Promise<z.infer<typeof redrivePreview>> {
  const tenant = ctx.caller.identity.tenant;
  return withTenant(ctx.app, tenant, async (tx) => {
    const choice = await choiceOf(tx, tenant, request);
    const totals = await sumParked(tx, tenant, choice);
    const retried = { parked: { choice, limit: request.limit }, outcomes: undefined };
    const { planned, withoutSbom, digest } = await previewSnapshot(
      tx,
      tenant,
      coverageOfRetry(retried),
      undefined,
    );
    const deleted = await countDeleted(tx, tenant, retried);
    return {
      jobs: totals.jobs,
      images: totals.images,
      runs: totals.runs,
      ...(totals.oldest !== null && { oldest: toTimestamp(totals.oldest.getTime()) }),
      ...(totals.newest !== null && { newest: toTimestamp(totals.newest.getTime()) }),
      ...groupsOf(await groupParked(tx, tenant, choice)),
      skipped: { redriving: totals.redriving, redriven: totals.redriven },
      batch: { jobs: Math.min(totals.jobs, request.limit), planned, deleted, withoutSbom, digest },
    };
  });
}

type Groups = Pick<z.infer<typeof redrivePreview>, "kinds" | "modes" | "pools" | "reasons" | "errors">;

function groupsOf(groups: readonly ParkedGroup[]): Groups {
  const by = <Name extends "kind" | "mode" | "pool" | "reason">(name: Name) =>
    groups.flatMap((group) => (group[name] === null ? [] : [{ [name]: group[name], jobs: group.jobs }]));
  return {
    kinds: by("kind") as Groups["kinds"],
    modes: by("mode") as Groups["modes"],
    pools: by("pool") as Groups["pools"],
    reasons: by("reason") as Groups["reasons"],
    errors: groups.flatMap(({ error_class, error_code, jobs }) =>
      error_class === null
        ? []
        : [{ class: error_class, ...(error_code !== null && { code: error_code }), jobs }],
    ),
  };
}
