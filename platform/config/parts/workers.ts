import { z } from "zod";
import { type WorkerTransport, workerTransports } from "../../../model/queue/transport.ts";
import { allows, variable } from "../variable.ts";

const transportList = allows(
  "one or more of `valkey`, `https`, separated by commas",
  z
    .string()
    .transform((text) => text.split(",").map((word) => word.trim()))
    .pipe(z.array(z.enum(workerTransports)).min(1)),
).default([...workerTransports] satisfies WorkerTransport[]);

export const workersPart = z.object({
  transports: variable(
    "JOBENGINE_WORKER_TRANSPORTS",
    "How workers may reach the queue: `valkey` by themselves, `https` through the API alone.",
    transportList,
  ),
});
