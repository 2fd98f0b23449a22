import { schedule, scheduleInput, schedulePatch } from "./schedule.ts";

const least = { name: "nightly", whenCron: "0 2 * * *", selection: { scope: "all" } };

function issuesOf(input: unknown): string[] {
  const issues = scheduleInput.safeParse(input).error?.issues ?? [];
  return issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
}

test("a name, a cron expression and a selection are enough", () => {
  expect(scheduleInput.parse(least)).toEqual({
    name: "nightly",
    description: "",
    enabled: true,
    whenCron: "0 2 * * *",
    timezone: "UTC",
    mode: "analysis-only",
    jobKind: "scan",
    pluginConfig: {},
    pool: "default",
    selection: { scope: "all", namespaces: [], repositories: [], digests: [], includeTags: [], labels: {} },
    onlyIf: {},
    limits: {},
    overlap: "skip",
    catchupWindowSeconds: 900,
    jitterSeconds: 0,
    pauseOnFailure: false,
    notify: { onNewFindings: false, minSeverity: "high", includeKev: true },
    labels: {},
  });
});

test("a parsed schedule parses to itself", () => {
  const once = scheduleInput.parse({ ...least, whenCron: "  0\t2  * * * ", timezone: "europe/berlin" });
  expect(once).toMatchObject({ whenCron: "0 2 * * *", timezone: "Europe/Berlin" });
  expect(scheduleInput.parse(once)).toEqual(once);
});

test("cron and zone are refused at their fields, both at once", () => {
  expect(issuesOf({ ...least, whenCron: "0 25 * * *", timezone: "Mars/Olympus" })).toEqual([
    'whenCron: hour field "25": 25 must lie in 0 to 23',
    'timezone: "Mars/Olympus" is no IANA time zone; use a name such as "Europe/Berlin" or "UTC"',
  ]);
});

test("a schedule needs a cron expression", () => {
  expect(issuesOf({ ...least, whenCron: undefined })[0]).toMatch(/^whenCron: /);
});

test("unknown fields are refused", () => {
  expect(issuesOf({ ...least, cron: "0 2 * * *" })[0]).toContain("cron");
  expect(issuesOf({ ...least, limits: { maxImage: 1 } })[0]).toContain("maxImage");
});

test.each([
  ["a name with a NUL", { name: "a\u0000b" }],
  ["a name with a lone surrogate", { name: "a\ud800" }],
  ["an empty name", { name: "" }],
  ["a huge plugin configuration", { pluginConfig: { a: "x".repeat(20_000) } }],
  ["a negative jitter", { jitterSeconds: -1 }],
  ["half a second", { jitterSeconds: 0.5 }],
  ["a window of years", { catchupWindowSeconds: 1e9 }],
])("%s is refused", (_, field) => {
  expect(issuesOf({ ...least, ...field })).toHaveLength(1);
});

test("a deeply nested plugin configuration is refused, not fatal", () => {
  let nested: unknown = 1;
  for (let depth = 0; depth < 100_000; depth += 1) nested = [nested];
  expect(issuesOf({ ...least, pluginConfig: { nested } })).toHaveLength(1);
});

test("a patch holds only what it names", () => {
  expect(schedulePatch.parse({ enabled: false })).toEqual({ enabled: false });
  expect(schedulePatch.parse({ notify: {} })).toEqual({
    notify: { onNewFindings: false, minSeverity: "high", includeKev: true },
  });
});

test("the document is the input plus who, when and the next fires", () => {
  const document = {
    ...scheduleInput.parse(least),
    schemaVersion: "scheduler.schedule@1",
    id: `sch_${"0".repeat(32)}`,
    tenantId: "acme",
    createdAt: "2026-05-01T08:30:00.000Z",
    createdBy: "ann",
    updatedAt: "2026-05-01T08:30:00.000Z",
    updatedBy: "ann",
    nextFires: ["2026-05-02T02:00:00.000Z"],
  };
  expect(schedule.parse(document)).toEqual(document);
});
