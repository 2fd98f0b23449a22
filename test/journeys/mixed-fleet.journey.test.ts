import { waitForEnd } from "../../scripts/faults/wait-for-end.ts";
import { findWorkerPrograms } from "../../scripts/workers/find-programs.ts";
import { startWorker } from "../../scripts/workers/start-worker.ts";
import { typescriptWorker, type WorkerProgram } from "../../scripts/workers/worker-program.ts";
import { addFleet, getRun, hasEnded, npmAdvisory, type RunView } from "../support/fleet.ts";
import { assertBooks } from "../support/invariants.ts";
import { type Journey, startJourney, until } from "../support/journey.ts";

/** The workers of other languages are compiled and installed once, on a busy machine perhaps slowly. */
jest.setTimeout(600_000);

const fleet = 10;
let journey: Journey;
let programs: readonly WorkerProgram[];
beforeAll(async () => {
  const found = await findWorkerPrograms({ signal: new AbortController().signal, onLine: () => undefined });
  if (found.missing.length > 0) throw new Error(`The tests need Go and Python: ${found.missing.join("; ")}`);
  ({ programs } = found);
  journey = await startJourney({ JOBENGINE_QUEUE_SEGMENT_IMAGES: "1" });
  await journey.ask("POST", "/api/v1/scheduler/advisories", npmAdvisory("GHSA-1", "lodash", "4.17.21"));
  await addFleet(journey, fleet);
  // Each run of this test has one worker.
  journey.signal("scan-worker", "SIGTERM");
});
afterAll(() => journey.stop());

interface JobView {
  readonly state: string;
  readonly worker: string;
  readonly resultDigest: string;
}

interface WorkerView {
  readonly id: string;
  readonly sdk: { readonly language: string };
}

const everyWorker = "/api/v1/scheduler/workers?state=active&state=lost&state=left&state=draining";

/** The jobs of a run that a worker of one program does alone. */
async function runBy(program: WorkerProgram): Promise<JobView[]> {
  const part = await startWorker(journey.stack, program, { name: `only-${program.language}`, slots: 4 });
  const { id } = await journey.ask<RunView>("POST", "/api/v1/scheduler/runs", {
    selection: { scope: "all" },
    force: true,
  });
  const run = await until("the run ends", () => getRun(journey, id), hasEnded, 120_000);
  expect(run).toMatchObject({ state: "completed", counts: { planned: fleet, succeeded: fleet } });
  await assertBooks(journey, id);
  process.kill(part.pid, "SIGTERM");
  await waitForEnd(part);
  const { items } = await journey.ask<{ items: JobView[] }>("GET", `/api/v1/scheduler/runs/${id}/jobs`);
  return items;
}

test("workers of all languages give the same results for the same inputs", async () => {
  const digests: Record<string, string[]> = {};
  for (const program of programs) {
    const jobs = await runBy(program);
    const names = new Set(jobs.map(({ worker }) => worker));
    const { items } = await journey.ask<{ items: WorkerView[] }>("GET", everyWorker);
    const languages = items.filter(({ id }) => names.has(id)).map(({ sdk }) => sdk.language);
    expect(new Set(languages)).toEqual(new Set([program.language.toLowerCase()]));
    digests[program.language] = jobs.map(({ resultDigest }) => resultDigest).toSorted();
  }
  const expected = digests[typescriptWorker.language]!;
  expect(expected).toHaveLength(fleet);
  expect(digests).toEqual({ TypeScript: expected, Go: expected, Python: expected });
});
