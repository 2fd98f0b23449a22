import { z } from "zod";
import { integer, text } from "../values.ts";
import { variable } from "../variable.ts";

/** The listener of a process that serves no API: health and metrics only. */
export const metricsListenerPart = z.object({
  host: variable(
    "JOBENGINE_METRICS_HOST",
    "The address for health and metrics.",
    text("an address or host name").default("127.0.0.1"),
  ),
  port: variable(
    "JOBENGINE_METRICS_PORT",
    "The port for health and metrics; 0 takes a free one.",
    integer(0, 65_535).default(9464),
  ),
});
