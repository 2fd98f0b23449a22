import { connect } from "node:net";
import { createLog } from "../log/log.ts";
import type { HttpApp } from "./env.ts";
import { startServer } from "./serve.ts";
import { eventStream, formatEvent } from "./sse.ts";
import type { EventStream, EventStreamOptions } from "./sse.ts";
import { emptyApp } from "./testing/sample-app.ts";

/** An app with a stream at /events; `stream` is settled with what the producer was given. */
function appWith(produce: (stream: EventStream) => Promise<void>, options: EventStreamOptions = {}) {
  const closing = new AbortController();
  const { app } = emptyApp({ closing: closing.signal });
  const opened = Promise.withResolvers<EventStream>();
  app.get("/events", (c) =>
    eventStream(
      c,
      (stream) => {
        opened.resolve(stream);
        return produce(stream);
      },
      options,
    ),
  );
  return { app, closing, stream: opened.promise };
}

const untilAborted = (stream: EventStream) =>
  new Promise<void>((resolve) => stream.signal.addEventListener("abort", () => resolve()));

const get = (app: HttpApp, headers: Record<string, string> = {}) => app.request("/events", { headers });

test("events are sent in order and the stream ends with its producer", async () => {
  const { app } = appWith(async (stream) => {
    stream.send({ event: "stateChanged", id: "1", data: { b: 1, a: "x\ny" } });
    stream.send({ event: "completed", data: null });
  });
  const response = await get(app);
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  expect(await response.text()).toBe(
    ': open\n\nevent: stateChanged\nid: 1\ndata: {"a":"x\\ny","b":1}\n\nevent: completed\ndata: null\n\n',
  );
});

test("names and ids cannot break out of their line", () => {
  expect(formatEvent({ event: "a\ndata: x", id: "1\r\n\nevent: y", data: {} })).toBe(
    "event: adata: x\nid: 1event: y\ndata: {}\n\n",
  );
});

test("a client resumes by Last-Event-ID", async () => {
  const { app, stream } = appWith(async () => undefined);
  await (await get(app, { "last-event-id": "41" })).text();
  expect((await stream).lastEventId).toBe("41");
});

test("a quiet stream is kept alive by heartbeats", async () => {
  const { app, closing } = appWith(untilAborted, { heartbeatMs: 5 });
  const reader = (await get(app)).body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!/(?:event: heartbeat[^]*){2}/.test(text)) text += (await reader?.read())?.value ?? "";
  closing.abort();
  expect((await reader?.read())?.done).toBe(true);
});

test("the producer is told when the client goes away, and nothing it sends after that is kept", async () => {
  const { app, stream } = appWith(untilAborted);
  await (await get(app)).body?.cancel();
  const { signal, send } = await stream;
  expect(signal.aborted).toBe(true);
  expect(() => send({ event: "late", data: {} })).not.toThrow();
});

test("a client that does not read is disconnected instead of filling the memory", async () => {
  const { app, stream } = appWith(untilAborted, { maxWaitingBytes: 1000 });
  const response = await get(app);
  const { signal, send } = await stream;
  for (let n = 0; n < 1000; n++) send({ event: "log", data: { n } });
  expect(String(signal.reason)).toContain("too slowly");
  expect((await response.text()).length).toBeLessThanOrEqual(1000);
});

test("a stopping service ends its streams", async () => {
  const { app, closing, stream } = appWith(untilAborted);
  const response = await get(app);
  closing.abort();
  expect(await response.text()).toBe(": open\n\n");
  expect((await stream).signal.aborted).toBe(true);
});

test("over a real connection a reader that stops reading ends the stream within bounded memory", async () => {
  const filling = "x".repeat(10_000);
  let sentBytes = 0;
  const { app, closing } = appWith(async (stream) => {
    while (!stream.signal.aborted) {
      stream.send({ event: "log", data: filling });
      sentBytes += filling.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  const log = createLog({ service: "test", level: "silent" });
  const server = await startServer({ app, log, port: 0, graceMs: 100, closing });
  const socket = connect(server.port, "127.0.0.1");
  socket.pause();
  socket.on("error", () => undefined);
  socket.write("GET /events HTTP/1.1\r\nhost: localhost\r\n\r\n");
  const before = process.memoryUsage().rss;
  const deadline = Date.now() + 20_000;
  let seen = -1;
  while (seen !== sentBytes && Date.now() < deadline) {
    seen = sentBytes;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  expect(sentBytes).toBeGreaterThan(0);
  expect(Date.now()).toBeLessThan(deadline);
  expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000);
  socket.destroy();
  await server.stop();
}, 30_000);
