import { readServerEvents, type ServerEvent } from "./server-events.ts";

async function eventsIn(...pieces: readonly string[]) {
  const stream = ReadableStream.from(pieces.map((piece) => new TextEncoder().encode(piece)));
  const events: ServerEvent[] = [];
  for await (const event of readServerEvents(stream)) events.push(event);
  return events;
}

test("events are read across the borders of chunks; comments are skipped", async () => {
  const events = await eventsIn(
    ": open\n\nevent: stateCh",
    'anged\nid: 1\ndata: {"to":"running"}\n',
    '\nevent: completed\ndata: {"state":"completed"}\n\n',
  );
  expect(events).toEqual([
    { event: "stateChanged", data: { to: "running" } },
    { event: "completed", data: { state: "completed" } },
  ]);
});

test("an event that was cut off is none", async () => {
  expect(await eventsIn('event: completed\ndata: {"a":1}\n')).toEqual([]);
});
