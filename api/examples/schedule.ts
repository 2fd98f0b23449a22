import type { z } from "zod";
import type { Schedule, scheduleInput } from "../../model/schedules/schedule.ts";

/** The smallest schedule that is worth having. */
export const scheduleInputExample = {
  name: "nightly",
  whenCron: "0 2 * * *",
  timezone: "Europe/Berlin",
  selection: { scope: "namespace", namespaces: ["production"] },
  labels: { team: "payments" },
} satisfies z.input<typeof scheduleInput>;

export const scheduleExample: Schedule = {
  schemaVersion: "scheduler.schedule@1",
  id: "sch_0198c2f4000070008000000000000001",
  tenantId: "acme",
  ...scheduleInputExample,
  selection: {
    scope: "namespace",
    namespaces: ["production"],
    repositories: [],
    digests: [],
    includeTags: [],
    labels: {},
  },
  description: "",
  enabled: true,
  mode: "analysis-only",
  jobKind: "scan",
  pluginConfig: {},
  pool: "default",
  onlyIf: {},
  limits: {},
  overlap: "skip",
  catchupWindowSeconds: 900,
  jitterSeconds: 0,
  pauseOnFailure: false,
  notify: { onNewFindings: false, minSeverity: "high", includeKev: true },
  createdAt: "2026-05-01T08:30:00.000Z",
  createdBy: "ann@example.com",
  updatedAt: "2026-05-01T08:30:00.000Z",
  updatedBy: "ann@example.com",
  nextFires: [
    "2026-05-02T00:00:00.000Z",
    "2026-05-03T00:00:00.000Z",
    "2026-05-04T00:00:00.000Z",
    "2026-05-05T00:00:00.000Z",
    "2026-05-06T00:00:00.000Z",
  ],
};
