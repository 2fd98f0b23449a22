import { DomainError } from "../../model/errors.ts";
import { type Watermark, type WatermarkMove, watermarksOfKind } from "../../model/watermarks/watermark.ts";
import { moveWatermark } from "../../store/watermarks/move.ts";
import { findWatermark } from "../../store/watermarks/rows.ts";
import type { Engine } from "../context.ts";
import { toWatermark } from "../watermarks/document.ts";
import { inOpenJob, type JobRequest } from "./open-job.ts";

/** A watermark of the job's tenant and kind; a worker names neither of the two. */
export async function readWatermark(
  engine: Engine,
  request: JobRequest & { readonly name: string },
): Promise<Watermark> {
  return inOpenJob(engine, request, async (tx, job) => {
    const row = await findWatermark(tx, { tenant: job.tenant_id, kind: job.kind, name: request.name });
    return row === undefined ? unmoved(job.kind, request.name) : toWatermark(row);
  });
}

/** Whether a watermark was moved, and how it is now. */
export interface AdvancedWatermark {
  readonly advanced: boolean;
  readonly watermark: Watermark;
}

/**
 * Moves a watermark from the value that the worker has read. Another value is no error: somebody was faster, and
 * the answer says how far. The same move of the same job again is the move that was made.
 */
export async function advanceWatermark(
  engine: Engine,
  request: JobRequest & { readonly name: string; readonly move: WatermarkMove },
): Promise<AdvancedWatermark> {
  const { name, move } = request;
  return inOpenJob(engine, request, async (tx, job, now) => {
    const key = { tenant: job.tenant_id, kind: job.kind, name };
    const moved = await moveWatermark(tx, now, {
      ...key,
      ...move,
      jobId: job.job_id,
      most: watermarksOfKind,
    });
    if (moved !== undefined) return { advanced: true, watermark: toWatermark(moved) };
    const row = await findWatermark(tx, key);
    if (row !== undefined) {
      const isRepeat =
        row.value === move.to && row.moved_from === move.from && row.moved_by_job === job.job_id;
      return { advanced: isRepeat, watermark: toWatermark(row) };
    }
    if (move.from !== null) return { advanced: false, watermark: unmoved(job.kind, name) };
    throw new DomainError(
      "conflict",
      `The kind ${job.kind} has ${watermarksOfKind} watermarks, which is the most.`,
    );
  });
}

function unmoved(kind: string, name: string): Watermark {
  return { kind, name, value: null, revision: 0 };
}
