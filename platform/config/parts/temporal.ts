import { z } from "zod";
import { address, hostAndPort, text } from "../values.ts";
import { variable } from "../variable.ts";

export const temporalPart = z.object({
  address: variable(
    "JOBENGINE_TEMPORAL_ADDRESS",
    "The Temporal frontend.",
    hostAndPort("127.0.0.1:7233").default("127.0.0.1:7233"),
  ),
  namespace: variable(
    "JOBENGINE_TEMPORAL_NAMESPACE",
    "The Temporal namespace.",
    text("a namespace's name", /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/).default("default"),
  ),
  uiUrl: variable(
    "JOBENGINE_TEMPORAL_UI_URL",
    "The Temporal UI, for links to a run. Without it there are none.",
    address(["http", "https"], "http://127.0.0.1:8233").optional(),
  ),
});
