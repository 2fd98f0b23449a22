import { Client, Connection } from "@temporalio/client";
import { tickerShards, workflowIds } from "../../workflows/contract.ts";
import { addFleet, getRun, hasEnded, imageDigest, npmAdvisory, type RunView } from "../support/fleet.ts";
import { type Journey, startJourney, until } from "../support/journey.ts";

jest.setTimeout(180_000);

let journey: Journey;
beforeAll(async () => {
  journey = await startJourney();
  await journey.ask(
    "POST",
    "/api/v1/scheduler/advisories",
    npmAdvisory("GHSA-lodash-0000-0001", "lodash", "4.17.21"),
  );
  await addFleet(journey, 30);
});
afterAll(() => journey.stop());

test("a cron schedule fires a run that completes with balanced books, and the findings say why", async () => {
  const schedule = await journey.ask<{ id: string; nextFires: string[] }>(
    "POST",
    "/api/v1/scheduler/schedules",
    {
      name: "every two seconds",
      whenCron: "*/2 * * * * *",
      selection: { scope: "all" },
    },
  );
  expect(schedule.nextFires).toHaveLength(5);

  const fires = await until(
    "the schedule fires",
    () =>
      journey.ask<{ items: { verdict: string; runId?: string }[] }>(
        "GET",
        `/api/v1/scheduler/schedules/${schedule.id}/fires`,
      ),
    ({ items }) => items.some((fire) => fire.runId !== undefined),
  );
  await journey.ask("POST", `/api/v1/scheduler/schedules/${schedule.id}/pause`, {});
  const first = fires.items.findLast((fire) => fire.runId !== undefined)!;
  expect(first.verdict).toBe("started");
  const run = await until("the run ends", () => getRun(journey, first.runId!), hasEnded);
  expect(run).toMatchObject({
    state: "completed",
    trigger: "cron",
    counts: { planned: 30, succeeded: 30, failed: 0, incomplete: 0, cancelled: 0 },
    segments: { open: 0 },
  });

  const found = await journey.ask<{
    items: { vulnerability: string; fixedVersion: string; cause: string }[];
  }>("GET", `/api/v1/scheduler/findings?purl=pkg:npm/lodash&pageSize=500`);
  expect(found.items).toHaveLength(30);
  expect(found.items[0]).toMatchObject({
    vulnerability: "GHSA-lodash-0000-0001",
    fixedVersion: "4.17.21",
    cause: "sbom",
  });
});

test("a new advisory runs only the images it touches, and the deltas name it as the cause", async () => {
  await journey.ask(
    "POST",
    "/api/v1/scheduler/advisories",
    npmAdvisory("GHSA-minimist-0001-01", "minimist", "1.2.6"),
  );
  const { id } = await journey.ask<RunView>("POST", "/api/v1/scheduler/runs", {
    advisories: ["GHSA-minimist-0001-01"],
  });
  const run = await until("the run ends", () => getRun(journey, id), hasEnded);
  expect(run).toMatchObject({ state: "completed", trigger: "manual", counts: { planned: 3, succeeded: 3 } });
  const deltas = await journey.ask<{ items: { imageDigest: string; newFindings: number; cause: string }[] }>(
    "GET",
    `/api/v1/scheduler/runs/${id}/deltas`,
  );
  expect(deltas.items.map(({ imageDigest: digest }) => digest).sort()).toEqual([0, 10, 20].map(imageDigest));
  expect(deltas.items.every(({ newFindings, cause }) => newFindings === 1 && cause === "advisory")).toBe(
    true,
  );
});

test("while everything is fresh a run has nothing to do and completes at once", async () => {
  const { id } = await journey.ask<RunView>("POST", "/api/v1/scheduler/runs", {
    selection: { scope: "all" },
  });
  const run = await until("the run ends", () => getRun(journey, id), hasEnded);
  expect(run).toMatchObject({ state: "completed", counts: { planned: 0, fresh: 30 } });
});

test("a run's stream tells its states and ends, and resumes behind the last event that was seen", async () => {
  const { id } = await journey.ask<RunView>("POST", "/api/v1/scheduler/runs", {
    selection: { scope: "all" },
    force: true,
  });
  const whole = await readStream(id);
  const states = whole
    .filter(({ event }) => event === "stateChanged")
    .map(({ data }) => (data as { to: string }).to);
  expect(states).toEqual(["queued", "running", "completed"]);
  expect(whole.at(-1)?.event).toBe("completed");
  const second = whole.filter(({ id: seq }) => seq !== undefined)[1]!;
  const rest = await readStream(id, second.id);
  expect(rest.find(({ id: seq }) => seq !== undefined)?.id).toBe(String(Number(second.id) + 1));
});

test("the Temporal UI shows tenant, state, trigger and mode of a run without its payloads", async () => {
  const { id } = await journey.ask<RunView>("POST", "/api/v1/scheduler/runs", {
    selection: { scope: "all" },
    force: true,
  });
  await until("the run ends", () => getRun(journey, id), hasEnded);
  const connection = await Connection.connect({ address: journey.stack.temporalAddress });
  const client = new Client({ connection });
  const query = `JeTenant = 'acme' AND JeRunState = 'completed' AND JeTrigger = 'manual' AND JeMode = 'analysis-only'`;
  const listed = await until(
    "visibility lists the run",
    async () => {
      const ids: string[] = [];
      for await (const workflow of client.workflow.list({ query })) ids.push(workflow.workflowId);
      return ids;
    },
    (ids) => ids.includes(`run/acme/${id}`),
  );
  expect(listed.length).toBeGreaterThan(0);
  const { metadata } = {
    metadata: await client.workflow.getHandle(`run/acme/${id}`).query("__temporal_workflow_metadata"),
  };
  expect(JSON.stringify(metadata)).toContain("30 of 30 images (100 %)");
  await connection.close();
});

test("planning and dispatch have a task queue of their own: what waits for room holds up no other step", async () => {
  const { id } = await journey.ask<RunView>("POST", "/api/v1/scheduler/runs", {
    selection: { scope: "all" },
    force: true,
  });
  await until("the run ends", () => getRun(journey, id), hasEnded);
  await withTemporal(async (client) => {
    const { events } = await client.workflow.getHandle(`run/acme/${id}`).fetchHistory();
    const queues = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
      scheduled == null ? [] : [[scheduled.activityType?.name, scheduled.taskQueue?.name] as const],
    );
    expect(Object.fromEntries(queues)).toMatchObject({
      planAndDispatch: "scheduler-dispatch",
      closeRun: "scheduler",
    });
  });
});

test("a ticker that somebody ended by hand is started again, and its schedules fire", async () => {
  await withTemporal(async (client) => {
    for (let shard = 0; shard < tickerShards; shard++) {
      await client.workflow.getHandle(workflowIds.scheduleTicker(shard)).terminate("by hand");
    }
  });
  const schedule = await journey.ask<{ id: string }>("POST", "/api/v1/scheduler/schedules", {
    name: "after the tickers",
    whenCron: "* * * * * *",
    selection: { scope: "digest", digests: [imageDigest(0)] },
  });
  const fires = async () =>
    (await journey.ask<{ items: unknown[] }>("GET", `/api/v1/scheduler/schedules/${schedule.id}/fires`))
      .items;
  const [first] = await until("it fires", fires, (items) => items.length > 0, 120_000);
  expect(first).toMatchObject({ verdict: "started" });
  await journey.ask("POST", `/api/v1/scheduler/schedules/${schedule.id}/pause`, {});
});

test("another tenant sees nothing of it", async () => {
  const { id } = await journey.ask<RunView>("POST", "/api/v1/scheduler/runs", {
    selection: { scope: "all" },
  });
  for (const route of [`runs/${id}`, `runs/${id}/deltas`, `inventory/images/${imageDigest(0)}`]) {
    expect(
      await journey.call("GET", `/api/v1/scheduler/${route}`, undefined, { tenant: "other" }),
    ).toMatchObject({
      status: 404,
    });
  }
});

async function withTemporal(work: (client: Client) => Promise<void>): Promise<void> {
  const connection = await Connection.connect({ address: journey.stack.temporalAddress });
  try {
    await work(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

interface StreamEvent {
  readonly id?: string;
  readonly event: string;
  readonly data: unknown;
}

async function readStream(runId: string, lastEventId?: string): Promise<StreamEvent[]> {
  const answer = await journey.call("GET", `/api/v1/scheduler/runs/${runId}/stream`, undefined, {
    headers: { accept: "text/event-stream", ...(lastEventId && { "last-event-id": lastEventId }) },
  });
  return String(answer.body)
    .split("\n\n")
    .flatMap((block) => {
      const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: ?(.*)/s).slice(0, 2)));
      if (fields["event"] === undefined) return [];
      const { id, event, data } = fields as { id?: string; event: string; data: string };
      return [{ ...(id !== undefined && { id }), event, data: JSON.parse(data) as unknown }];
    });
}
