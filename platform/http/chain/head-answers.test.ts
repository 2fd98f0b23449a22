import { eventStream } from "../sse.ts";
import { emptyApp } from "../testing/sample-app.ts";

test("HEAD ends the body that GET would send: files are closed, nobody goes on producing", async () => {
  const { app } = emptyApp();
  const cancelled = jest.fn();
  app.get("/file", (c) =>
    c.body(new ReadableStream({ cancel: cancelled }), 200, {
      "content-type": "text/plain",
      "content-length": "7",
    }),
  );
  const response = await app.request("/file", { method: "HEAD" });
  expect([response.status, response.headers.get("content-length"), await response.text()]).toEqual([
    200,
    "7",
    "",
  ]);
  expect(cancelled).toHaveBeenCalledTimes(1);
});

test("HEAD of an event stream ends it", async () => {
  const { app } = emptyApp();
  const ended = Promise.withResolvers<void>();
  app.get("/events", (c) =>
    eventStream(c, async ({ signal }) => {
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
      ended.resolve();
    }),
  );
  expect((await app.request("/events", { method: "HEAD" })).status).toBe(200);
  await expect(ended.promise).resolves.toBeUndefined();
});
