import { checkReadyRoute, engineEnvironment, type Role } from "./role.ts";

/** The HTTP API, in identity mode `dev`: plain headers, on the loopback only. */
export const schedulerWeb: Role = {
  name: "scheduler-web",
  entry: "api/main.ts",
  portName: "web",
  environment: (place) => ({
    ...engineEnvironment(place),
    JOBENGINE_HTTP_HOST: "127.0.0.1",
    JOBENGINE_HTTP_PORT: String(place.httpPort),
    JOBENGINE_AUTH_MODE: "dev",
  }),
  check: (place) => checkReadyRoute(place.httpPort),
};
