import { Registry, collectDefaultMetrics } from "prom-client";

export type MetricsRegistry = Registry;

/** The registry of a process, with the default process metrics (memory, CPU, event loop) under a `service` label. */
export function createMetrics(service: string, options: { processMetrics?: boolean } = {}): MetricsRegistry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  if (options.processMetrics ?? true) collectDefaultMetrics({ register: registry });
  return registry;
}
