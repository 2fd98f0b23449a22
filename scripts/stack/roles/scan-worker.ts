import { pause } from "../interrupt.ts";
import type { Role } from "./role.ts";

/** The bundled scan worker; it knows the API and its key, nothing else. */
export const scanWorker: Role = {
  name: "scan-worker",
  entry: "scanner/main.ts",
  portName: undefined,
  environment: (place) => ({
    JOBENGINE_ENVIRONMENT: "development",
    JOBENGINE_API_URL: place.addresses.schedulerUrl,
    JOBENGINE_WORKER_KEY: place.secrets.workerKey ?? "",
  }),
  // It listens nowhere. A wrong address or key ends it within this time.
  check: () => pause(700),
};
