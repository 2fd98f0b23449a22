import { connect } from "node:net";
import { createLog } from "../log/log.ts";
import { startServer } from "./serve.ts";
import { eventStream } from "./sse.ts";
import { annOfAcme, sampleApp } from "./testing/sample-app.ts";

async function start(graceMs = 5000) {
  const closing = new AbortController();
  const { app } = sampleApp({ closing: closing.signal });
  const log = createLog({ service: "test", level: "silent" });
  return { app, server: await startServer({ app, log, port: 0, graceMs, closing }) };
}

/** Sends text over a plain connection and gives all that comes back. */
function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.setEncoding("utf8").on("data", (piece: string) => (answer += piece));
    socket.on("close", () => resolve(answer)).on("error", reject);
  });
}

test("a server listens on loopback, answers, and stops", async () => {
  const { server } = await start();
  expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  await server.stop();
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow("fetch failed");
});

test("a request in flight is answered while the server stops, and event streams end", async () => {
  const { app, server } = await start();
  const entered = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  app.get("/slow", async (c) => {
    entered.resolve();
    await release.promise;
    return c.json({ done: true });
  });
  app.get("/events", (c) =>
    eventStream(
      c,
      (stream) => new Promise((resolve) => stream.signal.addEventListener("abort", () => resolve())),
    ),
  );
  const slow = fetch(`${server.url}/slow`);
  const events = await fetch(`${server.url}/events`);
  await entered.promise;
  const stopped = server.stop();
  expect(await events.text()).toBe(": open\n\n");
  release.resolve();
  expect(await (await slow).json()).toEqual({ done: true });
  await expect(stopped).resolves.toBeUndefined();
});

test("a connection on which nothing was asked does not hold up the stop", async () => {
  const { server } = await start(60_000);
  const socket = connect(server.port, "127.0.0.1");
  await new Promise((resolve) => socket.once("connect", resolve));
  // The server has seen a connection before the answer to a request that was made after it.
  await fetch(`${server.url}/healthz`);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  await server.stop();
  expect(await closed).toBe(false);
});

test("what does not end within the time of grace is cut off", async () => {
  const { app, server } = await start(50);
  const entered = Promise.withResolvers<void>();
  app.get("/endless", () => {
    entered.resolve();
    return new Promise<Response>(() => undefined);
  });
  const endless = fetch(`${server.url}/endless`);
  const outcome = endless.then(
    () => "answered",
    () => "cut off",
  );
  await entered.promise;
  await server.stop();
  expect(await outcome).toBe("cut off");
});

/** A whole answer that is a problem. */
const problem = (status: number) =>
  new RegExp(`^HTTP/1.1 ${status} [^]*application/problem\\+json[^]*"status":${status}`);

test("what is no HTTP is answered with a problem", async () => {
  const { server } = await start();
  expect(await exchange(server.port, "BOO\r\n\r\n")).toMatch(
    /^HTTP\/1.1 400 [^]*application\/problem\+json[^]*"code":"bad_request"/,
  );
  const backslash = "GET /a\\b HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
  expect(await exchange(server.port, backslash)).toMatch(/^HTTP\/1.1 400 [^]*"code":"bad_request"/);
  expect(await exchange(server.port, "GET / HTTP/1.1\r\nconnection: close\r\n\r\n")).toMatch(problem(400));
  expect(await exchange(server.port, "CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n")).toMatch(problem(400));
  const expecting = "POST / HTTP/1.1\r\nhost: x\r\nexpect: tea\r\ncontent-length: 2\r\n\r\n{}";
  expect(await exchange(server.port, expecting)).toMatch(problem(417));
  const huge = `GET / HTTP/1.1\r\nhost: x\r\nx: ${"a".repeat(40_000)}\r\n\r\n`;
  expect(await exchange(server.port, huge)).toMatch(/^HTTP\/1.1 431 /);
  await server.stop();
});

test("bodies cross a real connection: JSON, streams, and those that are too large", async () => {
  const { server } = await start();
  const send = (
    path: string,
    type: string,
    body: string | Uint8Array<ArrayBuffer>,
    method: "POST" | "PUT" = "POST",
  ) =>
    fetch(server.url + path, {
      method,
      body,
      headers: { ...annOfAcme, "content-type": type },
      duplex: "half",
    });
  expect((await send("/api/v1/things", "application/json", '{"name":"a"}')).status).toBe(201);
  expect((await send("/api/v1/things", "application/json", `"${"a".repeat(2_000_000)}"`)).status).toBe(413);
  const upload = (bytes: number) =>
    send("/api/v1/things/th_1/bytes", "application/octet-stream", new Uint8Array(bytes), "PUT");
  expect(await (await upload(1000)).json()).toEqual({ bytes: 1000 });
  expect((await upload(1001)).status).toBe(413);
  await server.stop();
});
