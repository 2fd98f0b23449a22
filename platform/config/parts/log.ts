import { z } from "zod";
import { logFormats, logLevels } from "../../log/log.ts";
import { choice } from "../values.ts";
import { variable } from "../variable.ts";

export const logPart = z.object({
  level: variable(
    "JOBENGINE_LOG_LEVEL",
    "The least level that is written.",
    choice(logLevels).default("info"),
  ),
  format: variable(
    "JOBENGINE_LOG_FORMAT",
    "`json`: one object a line. `pretty`: for a terminal; needs the development dependencies, falls back to `json`.",
    choice(logFormats).default("json"),
  ),
});
