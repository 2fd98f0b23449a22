import { type ApiLab, annOf, createApiLab } from "../../../../../test/support/api-lab.ts";

let api: ApiLab;
beforeEach(async () => {
  api = await createApiLab();
});
afterEach(() => api.close());

interface Told {
  readonly event: string;
  readonly id?: string;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly data: any;
}

async function createRun(images = 2): Promise<{ tenant: string; runId: string }> {
  for (let n = 0; n < images; n++) await api.lab.addImage(`shop:${n}`, ["pkg:npm/lodash@4.17.20"]);
  const { body } = await api.send("POST", "/runs", { body: { selection: { scope: "all" } } });
  return { tenant: "acme", runId: body.id };
}

function open(runId: string, lastEventId?: string) {
  return api.app.request(`/api/v1/scheduler/runs/${runId}/stream`, {
    headers: { ...annOf("acme"), ...(lastEventId !== undefined && { "last-event-id": lastEventId }) },
  });
}

/** Reads events one by one, as they come. */
async function* read(response: Response): AsyncGenerator<Told> {
  let text = "";
  for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
    text += piece;
    for (let end = text.indexOf("\n\n"); end !== -1; end = text.indexOf("\n\n")) {
      const lines = text.slice(0, end).split("\n");
      text = text.slice(end + 2);
      const field = (name: string) =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const [event, id] = [field("event"), field("id")];
      if (event !== undefined) yield { event, ...(id && { id }), data: JSON.parse(field("data") ?? "null") };
    }
  }
}

async function readAll(response: Response): Promise<Told[]> {
  const told: Told[] = [];
  for await (const event of read(response)) told.push(event);
  return told;
}

const kept = (told: readonly Told[]) => told.filter(({ id }) => id !== undefined);

it("tells each change of state once with its number, progress between them, and ends after completed", async () => {
  const key = await createRun();
  const stream = read(await open(key.runId));
  const told: Told[] = [(await stream.next()).value];
  expect(told[0]).toMatchObject({
    event: "segmentProgress",
    data: { state: "planning", counts: { planned: 0 } },
  });
  await api.lab.complete(key);
  for await (const event of stream) told.push(event);
  const stored = kept(told);
  expect(stored.map(({ id }) => Number(id))).toEqual(stored.map((_, at) => at + 1));
  const states = stored.filter(({ event }) => event === "stateChanged").map(({ data }) => data.to);
  expect(states).toEqual(["queued", "running", "completed"]);
  expect(told.at(-1)).toMatchObject({ event: "completed", data: { state: "completed" } });
  expect(told.findLast(({ event }) => event === "segmentProgress")?.data).toMatchObject({
    state: "completed",
    counts: { planned: 2, succeeded: 2 },
    segments: { open: 0 },
  });
});

it("replays a run that has ended, and goes on after Last-Event-ID", async () => {
  const key = await createRun();
  await api.lab.complete(key);
  const whole = kept(await readAll(await open(key.runId)));
  expect(whole.at(-1)?.event).toBe("completed");
  expect(kept(await readAll(await open(key.runId, "2")))).toEqual(whole.slice(2));
});

it("answers 204 when everything was told, so that browsers stop to ask", async () => {
  const key = await createRun();
  await api.lab.complete(key);
  const last = kept(await readAll(await open(key.runId))).at(-1);
  expect((await open(key.runId, last?.id)).status).toBe(204);
});

it.each(["999", "-1", "abc", "1e3"])(
  "starts over with a reset when it does not know the place %s",
  async (place) => {
    const key = await createRun();
    await api.lab.complete(key);
    const told = await readAll(await open(key.runId, place));
    expect(told[0]?.event).toBe("reset");
    expect(kept(told)[0]?.id).toBe("1");
  },
);

it("starts over with a reset when what follows the place is not kept any more", async () => {
  const key = await createRun();
  await api.lab.complete(key);
  await api.lab.test.owner.query("delete from scheduler.run_events where seq <= 2");
  const told = await readAll(await open(key.runId, "1"));
  expect([told[0]?.event, kept(told)[0]?.id]).toEqual(["reset", "3"]);
  const resumed = await readAll(await open(key.runId, "2"));
  expect(resumed.map(({ event }) => event)).not.toContain("reset");
  expect(kept(resumed)[0]?.id).toBe("3");
});

it("tells all listeners the same, each from its own place", async () => {
  const key = await createRun();
  await api.lab.planAndDispatch(key);
  const streams = [await open(key.runId), await open(key.runId, "1"), await open(key.runId)].map(readAll);
  await api.lab.workAll();
  await api.lab.ingestAll();
  await api.lab.complete(key);
  const [first, later, third] = (await Promise.all(streams)).map(kept);
  expect(third).toEqual(first);
  expect(later).toEqual(first?.slice(1));
});

it("skips the delta summaries that a later one replaces, and loses no change of state", async () => {
  const key = await createRun();
  await api.lab.complete(key);
  await api.lab.test.owner.query(`
    update scheduler.run_events set seq = seq + 1000;
    insert into scheduler.run_events
    select tenant_id, run_id, n, 'deltaSummary', at, jsonb_build_object('newFindings', n)
      from scheduler.run_events, generate_series(1, 1000) n where kind = 'completed';
    update scheduler.runs set event_seq = event_seq + 1000`);
  const told = kept(await readAll(await open(key.runId)));
  expect(told.filter(({ event }) => event === "deltaSummary").length).toBeLessThan(10);
  expect(told.filter(({ event }) => event === "stateChanged")).toHaveLength(3);
  expect(told.at(-1)?.event).toBe("completed");
});

it("ends when the service stops", async () => {
  const key = await createRun();
  const stream = read(await open(key.runId));
  await stream.next();
  api.closing.abort();
  expect((await stream.next()).done).toBe(true);
});
