import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { installReadmeWorker as installGo } from "../../sdks/go/testing/install.ts";
import { installReadmeWorker as installPython } from "../../sdks/python/testing/install.ts";
import { installReadmeWorker as installTypeScript } from "../../sdks/typescript/testing/install.ts";
import { addFleet, getRun, hasEnded, imageDigest, type RunView } from "../support/fleet.ts";
import { assertBooks } from "../support/invariants.ts";
import { type Journey, startJourney, until } from "../support/journey.ts";

jest.setTimeout(600_000);

const fleet = 3;
const scratch = mkdtempSync(path.join(tmpdir(), "jobengine-readme-"));
let journey: Journey;
beforeAll(async () => {
  journey = await startJourney();
  await addFleet(journey, fleet);
  // The bundled worker would take the jobs that the README's shall have.
  await journey.kill("scan-worker");
});
afterAll(async () => {
  await journey.stop();
  rmSync(scratch, { recursive: true, force: true });
});

interface Listed<Item> {
  readonly items: readonly Item[];
}

interface ListedArtifact {
  readonly name: string;
  readonly uri: string;
  readonly bytes: number;
}

test.each([
  ["TypeScript", installTypeScript],
  ["Go", installGo],
  ["Python", installPython],
])(
  "the README's %s worker, pasted into an empty project, takes jobs from npm run up",
  async (language, install) => {
    const { command, args, cwd } = await install(mkdtempSync(path.join(scratch, `${language}-`)));
    const { schedulerUrl, workerKey } = journey.stack;
    const worker = spawn(command, args, {
      cwd,
      env: {
        ...process.env,
        JOBENGINE_API_URL: schedulerUrl ?? "",
        JOBENGINE_WORKER_KEY: workerKey ?? "",
      },
      stdio: ["ignore", "inherit", "pipe"],
    });
    let log = "";
    worker.stderr.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
    const exited = endOf(worker);
    try {
      const body = { selection: { scope: "all" }, force: true };
      const { id } = await journey.ask<RunView>("POST", "/api/v1/scheduler/runs", body);
      const run = await until("the run ends", () => getRun(journey, id), hasEnded);
      expect(run).toMatchObject({ state: "completed", counts: { planned: fleet, incomplete: fleet } });
      await assertBooks(journey, id);
      expect(await listedImages(id)).toEqual(
        Array.from({ length: fleet }, (_, n) => imageDigest(n)).toSorted(),
      );
      worker.kill("SIGTERM");
      expect(await exited).toBe(0);
    } catch (error) {
      throw new Error(`The worker's log:\n${log}`, { cause: error });
    } finally {
      worker.kill("SIGKILL");
    }
  },
);

/** What the artifacts of a run's jobs say, read by the uris that their list shows. */
async function listedImages(runId: string): Promise<string[]> {
  const jobs = await journey.ask<Listed<{ id: string }>>("GET", `/api/v1/scheduler/runs/${runId}/jobs`);
  const texts = await Promise.all(
    jobs.items.map(async ({ id }) => {
      const artifacts = await journey.ask<Listed<ListedArtifact>>(
        "GET",
        `/api/v1/scheduler/jobs/${id}/artifacts`,
      );
      expect(artifacts.items).toMatchObject([{ name: "images.txt" }]);
      return journey.ask<string>("GET", artifacts.items[0]?.uri ?? "");
    }),
  );
  return texts
    .join("")
    .split("\n")
    .filter((line) => line !== "")
    .toSorted();
}

async function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.once("exit", resolve);
  });
}
