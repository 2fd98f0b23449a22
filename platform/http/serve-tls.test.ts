import { copyFileSync, readFileSync, utimesSync } from "node:fs";
import { request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import type { TLSSocket } from "node:tls";
import { createServer as createTlsServer, type Server } from "node:https";
import { createTestAuthority, type TestAuthority } from "../../test/support/certificates.ts";
import { createLog } from "../log/log.ts";
import { type CertificateFiles, followCertificate, readCertificate } from "../tls/certificate-files.ts";
import { startServer } from "./serve.ts";
import { emptyApp } from "./testing/sample-app.ts";

const log = createLog({ service: "test", level: "silent" });
let authority: TestAuthority;

beforeAll(() => {
  authority = createTestAuthority();
});
afterAll(() => authority[Symbol.dispose]());

async function serve(tls: CertificateFiles) {
  const closing = new AbortController();
  const { app } = emptyApp({ closing: closing.signal });
  const server = await startServer({ app, log, port: 0, graceMs: 1_000, closing, tls });
  return { ...server, [Symbol.asyncDispose]: () => server.stop() };
}

/** Asks over TLS as a client that trusts one authority; answers the status and whose certificate it saw. */
async function ask(port: number, { ca = authority.caFile, host = "localhost" } = {}) {
  return await new Promise<{ status: number | undefined; serial: string }>((resolve, reject) => {
    const options = { host, port, path: "/healthz", ca: readFileSync(ca), agent: false };
    request(options, (answer) => {
      const { serialNumber } = (answer.socket as TLSSocket).getPeerCertificate();
      answer.resume().on("end", () => resolve({ status: answer.statusCode, serial: serialNumber }));
    })
      .on("error", reject)
      .end();
  });
}

test("a server with a certificate answers over TLS, and stops", async () => {
  await using server = await serve(authority.issue(["localhost", "127.0.0.1"]));
  expect(server.url).toBe(`https://127.0.0.1:${server.port}`);
  expect((await ask(server.port)).status).toBe(200);
  expect((await ask(server.port, { host: "127.0.0.1" })).status).toBe(200);
  // Plain HTTP gets no answer that could be taken for one.
  await expect(fetch(`http://127.0.0.1:${server.port}/healthz`)).rejects.toThrow("fetch failed");
});

test.each([
  ["of another name", ["jobs.example.com"], {}, "ERR_TLS_CERT_ALTNAME_INVALID"],
  ["that has expired", ["localhost"], { fromDays: -9, toDays: -1 }, "CERT_HAS_EXPIRED"],
])("a client refuses a certificate %s", async (_what, names, validity, code) => {
  await using server = await serve(authority.issue(names, validity));
  await expect(ask(server.port)).rejects.toMatchObject({ code });
});

test("a client refuses a certificate of an authority that it does not know", async () => {
  using stranger = createTestAuthority("stranger");
  await using server = await serve(stranger.issue(["localhost"]));
  await expect(ask(server.port)).rejects.toMatchObject({
    code: expect.stringMatching(/VERIFY|ISSUER|SELF_SIGNED/),
  });
});

test.each([
  ["certFile" as const, "JOBENGINE_HTTP_TLS_CERT_FILE: /nowhere cannot be read."],
  ["keyFile" as const, "JOBENGINE_HTTP_TLS_KEY_FILE: /nowhere cannot be read."],
])("a %s that cannot be read is told by its setting", async (name, message) => {
  const files = { ...authority.issue(["localhost"]), [name]: "/nowhere" };
  await expect(serve(files)).rejects.toThrow(message);
});

test("a renewed certificate is used for new connections; one that does not fit its key is not", async () => {
  const files = authority.issue(["localhost"]);
  const [odd, renewed] = [authority.issue(["localhost"]), authority.issue(["localhost"])];
  const server: Server = createTlsServer(readCertificate(files), (_request, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const following = followCertificate(server, files, log, 10);
  try {
    const { serial } = await ask(port);
    copyFileSync(odd.certFile, files.certFile);
    utimesSync(files.certFile, new Date(), new Date());
    await sleep(50);
    expect((await ask(port)).serial).toBe(serial);
    copyFileSync(renewed.certFile, files.certFile);
    copyFileSync(renewed.keyFile, files.keyFile);
    while ((await ask(port)).serial === serial) await sleep(10);
  } finally {
    following.stop();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
});
