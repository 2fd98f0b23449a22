import type { FindingView } from "./finding-view.ts";

/** A finding for tests and for the API description; facts of GHSA-35jh-r3h4-6jhm. */
export function exampleFinding(more: Partial<FindingView> = {}): FindingView {
  return {
    imageDigest: `sha256:${"1".repeat(64)}`,
    repository: "registry.example.com/team/app",
    purl: "pkg:npm/lodash@4.17.20",
    vulnerability: "CVE-2021-23337",
    advisories: ["GHSA-35jh-r3h4-6jhm"],
    severity: "high",
    score: 7.2,
    cvss: "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H",
    fixedVersion: "4.17.21",
    firstSeenAt: "2026-05-01T08:30:00.000Z",
    firstRun: "run_0198c2f400007000800000000000abcd",
    cause: "advisory",
    ...more,
  };
}
