import { mkdir, mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { faultKinds } from "../../scripts/faults/fault.ts";
import { fleetOf } from "../../scripts/faults/fleet.ts";
import { runStorm } from "../../scripts/faults/storm.ts";
import { findWorkerPrograms } from "../../scripts/workers/find-programs.ts";

/** Bounds only what hangs: on a busy machine healing takes as long as it takes. */
const limitMs = 20 * 60_000;

test(
  "two minutes of faults over 6,000 jobs: nothing is lost, nothing is accepted twice, the verdicts are those of peace",
  async () => {
    const folder = path.join(import.meta.dirname, "../../.jobengine-test");
    await mkdir(folder, { recursive: true });
    const dataDir = await mkdtemp(path.join(folder, `${process.pid}-faults-`));
    const never = new AbortController().signal;
    const report = await runStorm({
      dataDir,
      minutes: 2,
      jobs: 6_000,
      seed: 1,
      programs: fleetOf((await findWorkerPrograms({ signal: never, onLine: () => undefined })).programs),
      onLine: () => undefined,
      stop: never,
      signal: never,
    });
    expect(report.ledger).toMatchObject({ lost: 0, acceptedTwice: 0, broken: [] });
    expect(report.verdicts).toMatchObject({ different: 0 });
    expect(report.verdicts.findings).toBeGreaterThan(0);
    expect(report.failures).toEqual([]);
    expect(report.isWhole).toBe(true);
    expect(report.ledger.jobs).toBeGreaterThan(5_000);
    expect(report.rebuilds).toBeGreaterThan(0);
    // On a slow machine there may be time for fewer faults than there are kinds.
    const done = new Set(report.faults.map(({ kind }) => kind));
    expect(faultKinds.filter((kind) => done.has(kind)).length).toBeGreaterThan(faultKinds.length / 2);
    await rm(dataDir, { recursive: true, force: true });
  },
  limitMs,
);
