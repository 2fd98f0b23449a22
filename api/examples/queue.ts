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

/** A key that many tenants share, as operators see it. */
export const keyExample = {
  key: "registry.example.com",
  ready: 120,
  leased: 4,
  maxLeased: 4,
  perSecond: 2.5,
  burst: 5,
  tokens: 0.4,
  closedForMs: 28_000,
  closedBy: "job_0198c2f4000070008000000000000003",
};

export const keyLimitExample = {
  queue: "default",
  key: "registry.example.com",
  maxLeased: 4,
  perSecond: 2.5,
  burst: 5,
  changedAt: "2026-03-01T12:00:00.000Z",
  changedBy: "ann",
};
