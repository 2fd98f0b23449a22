import * as fc from "fast-check";
import { type BookedJob, explainWait, type QueuedSituation, waitCodes } from "./explain-wait.ts";

const job: BookedJob = {
  state: "queued",
  attempt: 2,
  reason: null,
  notBeforeMs: null,
  redrivenBy: null,
  isRunCancelled: false,
  ratePerSecond: null,
};
const queued: QueuedSituation = {
  attempt: 2,
  state: "ready",
  kind: "scan",
  tenant: "acme",
  worker: null,
  stop: null,
  jobsBefore: 0,
  tenantsBefore: 0,
  readyInMs: null,
  workersOfKind: 3,
  tenantLeased: 0,
  tenantMaxLeased: null,
  pausedQueue: null,
  pausedKind: null,
  pausedTenant: null,
  resultsPending: 0,
  highWater: 10,
  key: null,
  keyLeased: 0,
  keyMaxLeased: null,
  keyTokenInMs: null,
  keyClosedMs: null,
  keyClosedBy: null,
};
const codes = (booked: Partial<BookedJob>, situation?: Partial<QueuedSituation>) =>
  explainWait({ ...job, ...booked }, situation && { ...queued, ...situation }, 1_000).map(({ code }) => code);

test.each<[string, Partial<BookedJob>, Partial<QueuedSituation> | undefined, string[]]>([
  ["an ended job waits for nothing", { state: "failed", reason: "input_invalid" }, undefined, ["ended"]],
  ["a job that was given up", { state: "parked", reason: "tries_exhausted" }, undefined, ["parked"]],
  [
    "a parked job that another run took up",
    { state: "parked", redrivenBy: "run_1" },
    undefined,
    ["redriven"],
  ],
  [
    "a planned job of a cancelled run",
    { state: "planned", isRunCancelled: true },
    undefined,
    ["run_cancelled"],
  ],
  ["a job before its next try", { state: "planned", notBeforeMs: 5_000 }, undefined, ["retry_later"]],
  ["a job whose next try is due", { state: "planned", notBeforeMs: 900 }, undefined, ["not_dispatched"]],
  ["a job of a run with a rate", { state: "planned", ratePerSecond: 5 }, undefined, ["paced"]],
  ["a job that the queue lost", {}, undefined, ["resend_pending"]],
  ["a job of which the queue holds an older attempt", {}, { attempt: 1 }, ["resend_pending"]],
  ["a job in the hands of a worker", {}, { state: "leased", worker: "wrk_1" }, ["leased"]],
  ["a job that was told to stop", {}, { state: "leased", stop: "cancel" }, ["told_to_stop"]],
  ["a settled job", {}, { state: "settled" }, ["result_pending"]],
  ["a delayed job", {}, { state: "delayed", readyInMs: 400 }, ["not_before"]],
  [
    "a delayed job without workers",
    {},
    { state: "delayed", readyInMs: 4, workersOfKind: 0 },
    ["no_worker", "not_before"],
  ],
  ["a paused queue", {}, { pausedQueue: "x" }, ["queue_paused"]],
  ["a paused kind and tenant", {}, { pausedKind: "x", pausedTenant: "y" }, ["kind_paused", "tenant_paused"]],
  ["a tenant at its cap", {}, { tenantLeased: 2, tenantMaxLeased: 2 }, ["tenant_at_cap"]],
  ["a tenant below its cap", {}, { tenantLeased: 1, tenantMaxLeased: 2 }, ["next"]],
  ["a closed key", {}, { key: "hub", keyClosedMs: 500, keyClosedBy: "job_1" }, ["key_closed"]],
  ["a key at its limit", {}, { key: "hub", keyLeased: 4, keyMaxLeased: 4 }, ["key_at_limit"]],
  ["a key below its limit", {}, { key: "hub", keyLeased: 3, keyMaxLeased: 4 }, ["next"]],
  ["a key without a token", {}, { key: "hub", keyTokenInMs: 200 }, ["key_rate_limited"]],
  ["no worker of the kind", {}, { workersOfKind: 0 }, ["no_worker"]],
  ["too many results", {}, { resultsPending: 10 }, ["results_high_water"]],
  ["jobs of its tenant", {}, { jobsBefore: 3, tenantsBefore: 2 }, ["jobs_before"]],
  ["tenants before its own", {}, { tenantsBefore: 2 }, ["tenants_before"]],
  ["nothing", {}, {}, ["next"]],
])("%s", (_name, booked, situation, expected) => expect(codes(booked, situation)).toEqual(expected));

test("there is always a reason, and each has a known code and a text", () => {
  const situation = fc.record({
    attempt: fc.integer({ min: 1, max: 3 }),
    state: fc.constantFrom("ready" as const, "delayed" as const, "leased" as const, "settled" as const),
    jobsBefore: fc.nat(3),
    tenantsBefore: fc.option(fc.nat(3)),
    workersOfKind: fc.nat(1),
    pausedQueue: fc.option(fc.constant("why")),
    resultsPending: fc.nat(20),
  });
  const booked = fc.record({
    state: fc.constantFrom("planned" as const, "queued" as const, "succeeded" as const),
    notBeforeMs: fc.option(fc.nat(2_000)),
    isRunCancelled: fc.boolean(),
  });
  fc.assert(
    fc.property(booked, fc.option(situation, { nil: undefined }), (one, other) => {
      const reasons = explainWait({ ...job, ...one }, other && { ...queued, ...other }, 1_000);
      expect(reasons.length).toBeGreaterThan(0);
      expect(reasons.every(({ code, text }) => waitCodes.includes(code) && text.endsWith(text.trim()))).toBe(
        true,
      );
    }),
  );
});
