import type { Watermark } from "../../model/watermarks/watermark.ts";
import { toTimestamp } from "../../model/time/timestamp.ts";
import type { WatermarkRow } from "../../store/watermarks/rows.ts";

export function toWatermark(row: WatermarkRow): Watermark {
  const movedBy = row.moved_by_job ?? row.moved_by;
  return {
    kind: row.kind,
    name: row.name,
    value: row.value,
    revision: row.revision,
    movedAt: toTimestamp(row.moved_at.getTime()),
    ...(movedBy !== null && { movedBy }),
  };
}
