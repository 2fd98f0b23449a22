import { z } from "zod";
import { imageDigest } from "../../model/images/image.ts";
import { jobId } from "../jobs/documents.ts";
import { type ExceptionRow, listExceptions as listRows } from "../../store/runs/list-exceptions.ts";
import { getRun } from "../../store/runs/rows.ts";
import { withTenant } from "../../store/tenant.ts";
import type { Ctx } from "../context.ts";

export const exceptionStatuses = ["failed", "incomplete", "cancelled"] as const;

/** An image of a run that did not succeed. */
export const exceptionDocument = z.object({
  imageDigest,
  ordinal: z.int().meta({ description: "Its place in the impact snapshot." }),
  status: z.enum(exceptionStatuses),
  reason: z.string().meta({ description: "A code such as `no_sbom`, `tries_exhausted` or `run_cancelled`." }),
  jobId: jobId.optional().meta({ description: "The job whose end it shares." }),
});

export function toExceptionDocument(row: ExceptionRow): z.infer<typeof exceptionDocument> {
  return {
    imageDigest: row.image_digest,
    ordinal: row.ordinal,
    status: row.status,
    reason: row.reason,
    ...(row.job_id !== null && { jobId: row.job_id }),
  };
}

/** Images of a run that did not succeed, in the order of its snapshot. @throws DomainError `not_found` */
export async function listExceptions(
  ctx: Ctx,
  input: {
    readonly runId: string;
    readonly statuses: readonly string[];
    readonly afterOrdinal: number;
    readonly limit: number;
  },
): Promise<ExceptionRow[]> {
  const tenant = ctx.caller.identity.tenant;
  return withTenant(ctx.app, tenant, async (tx) => {
    await getRun(tx, tenant, input.runId);
    return listRows(tx, { tenant, ...input }, input.limit);
  });
}
