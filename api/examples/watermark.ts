import type { Watermark } from "../../model/watermarks/watermark.ts";
import { jobExample } from "./job.ts";

export const watermarkExample: Watermark = {
  kind: "scan",
  name: "registry.events",
  value: "2026-05-02T00:00:00.000Z",
  revision: 7,
  movedAt: "2026-05-02T00:00:03.120Z",
  movedBy: jobExample.id,
};
