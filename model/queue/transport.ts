/**
 * The ways by which workers reach their queue: `valkey`, by themselves, or `https`, through the API, for workers
 * that are not trusted with Valkey.
 */
export const workerTransports = ["valkey", "https"] as const;
export type WorkerTransport = (typeof workerTransports)[number];
