import { checkReadyRoute, engineEnvironment, type Role } from "./role.ts";

/** The Temporal worker of the scheduler: tickers, runs, dispatch, ingest. */
export const schedulerWorker: Role = {
  name: "scheduler-worker",
  entry: "activities/main.ts",
  portName: "worker",
  environment: (place) => ({ ...engineEnvironment(place), JOBENGINE_METRICS_PORT: String(place.httpPort) }),
  check: (place) => checkReadyRoute(place.httpPort),
};
