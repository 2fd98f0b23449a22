/** A queue with one tenant waiting, as the API description shows it. */
export const queueExample = {
  queue: "default",
  ready: 30,
  delayed: 0,
  leased: 8,
  oldestWaitMs: 1_200,
  workersAlive: 2,
  workersIdle: 0,
  resultsPending: 1,
  throughput: { claimedPerSecond: 20.4, endedPerSecond: 20.1 },
  classes: [
    {
      class: "scheduled" as const,
      kind: "scan",
      depth: 30,
      oldestWaitMs: 1_200,
      tenants: [
        { tenantId: "acme", ready: 30, leased: 8, weight: 1, maxLeased: 8, aheadMs: 250, isBlocked: true },
      ],
    },
  ],
  pauses: [
    {
      subject: { what: "kind" as const, kind: "graph" },
      reason: "the graph workers are being replaced",
      pausedAt: "2026-03-01T12:00:00.000Z",
      pausedBy: "ann",
    },
  ],
};

export const pauseExample = queueExample.pauses[0]!;

export const limitExample = {
  queue: "default",
  tenantId: "acme",
  weight: 2,
  maxLeased: 50,
  changedAt: "2026-03-01T12:00:00.000Z",
  changedBy: "ann",
};
