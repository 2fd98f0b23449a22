import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { Readable } from "node:stream";
import path from "node:path";
import { installReadmeWorker as installGo } from "../../sdks/go/testing/install.ts";
import { installReadmeWorker as installPython } from "../../sdks/python/testing/install.ts";
import { installReadmeWorker as installTypeScript } from "../../sdks/typescript/testing/install.ts";
import { type Advance, createWorker, incomplete } from "../../sdks/typescript/src/index.ts";
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

test("a worker sees the caller's trace, moves a watermark and streams an artifact; people find what it left", async () => {
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const traces: unknown[] = [];
  const moves: Advance[] = [];
  const worker = createWorker({
    apiUrl: journey.stack.schedulerUrl ?? "",
    workerKey: journey.stack.workerKey ?? "",
    handleSignals: false,
    log: () => undefined,
    kinds: {
      scan: async (job, { publishArtifact, watermark }) => {
        traces.push(job.traceContext?.traceparent);
        const at = await watermark("events").get();
        const to = "2026-05-01T00:00:00.000Z";
        moves.push(await watermark("events").advance(at, to, { monotone: true }));
        await publishArtifact("large.bin", Readable.from(largePieces()));
        return incomplete("only_tried");
      },
    },
  });
  const ended = worker.run();
  try {
    const body = { selection: { scope: "digest", digests: [imageDigest(0)] }, force: true };
    const { id } = await journey.ask<RunView>("POST", "/api/v1/scheduler/runs", body, {
      headers: { traceparent },
    });
    await until("the run ends", () => getRun(journey, id), hasEnded);
    expect(traces).toEqual([traceparent]);
    expect(moves).toEqual([{ advanced: true, value: "2026-05-01T00:00:00.000Z" }]);
    const jobs = await journey.ask<Listed<{ id: string }>>("GET", `/api/v1/scheduler/runs/${id}/jobs`);
    const job = jobs.items[0]?.id ?? "";
    const watermarks = await journey.ask<Listed<object>>("GET", "/api/v1/scheduler/watermarks?kind=scan");
    expect(watermarks.items).toMatchObject([{ name: "events", value: moves[0]?.value, movedBy: job }]);
    const hash = createHash("sha256");
    for (const piece of largePieces()) hash.update(piece);
    const artifacts = await journey.ask<Listed<ListedArtifact>>(
      "GET",
      `/api/v1/scheduler/jobs/${job}/artifacts`,
    );
    expect(artifacts.items).toMatchObject([
      { name: "large.bin", bytes: 20_000_000, digest: `sha256:${hash.digest("hex")}` },
    ]);
    const answer = await journey.call("GET", artifacts.items[0]?.uri ?? "");
    expect(answer.headers.get("content-length")).toBe("20000000");
  } finally {
    worker.stop();
    await ended;
  }
});

/** 20 MB, made while they are read. */
function* largePieces(): Generator<Buffer> {
  for (let n = 0; n < 200; n++) yield Buffer.alloc(100_000, n);
}

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
