import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expectReadmeWorker } from "../conformance/testing/readme-worker.ts";
import { transports } from "../conformance/runner/scenario.ts";
import { failuresOf } from "../conformance/testing/failures-of.ts";
import { expectTls } from "../conformance/testing/over-tls.ts";
import { folder, installReadmeWorker, needGo, run } from "./testing/install.ts";

/** Compiling on a busy machine with empty caches may take long; what it compiled has its own time limits. */
const limitMs = 300_000;

beforeAll(needGo);

const scratch = mkdtempSync(path.join(tmpdir(), "jobengine-go-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test(
  "the Go SDK is formatted, vetted and passes its own tests on the test servers",
  async () => {
    expect(await run(folder, "gofmt", ["-l", "."])).toBe("");
    await run(folder, "go", ["vet", "./..."]);
    const output = await run(folder, "go", ["test", "-count=1", "-vet=off", "-v", "./..."]);
    expect(output).not.toContain("--- SKIP");
  },
  limitMs,
);

test.each(["prometheus", "otel"])(
  "the adapter %s, a module of its own, is vetted and shows the documented names in the real library",
  async (adapter) => {
    const place = path.join(folder, adapter);
    await run(place, "go", ["vet", "./..."]);
    expect(await run(place, "go", ["test", "-count=1", "-vet=off", "-v", "./..."])).toContain("--- PASS");
  },
  limitMs,
);

test("the core brings nothing along but its Valkey client", async () => {
  const modules = await run(folder, "go", [
    "list",
    "-m",
    "-f",
    "{{if not .Indirect}}{{.Path}}{{end}}",
    "all",
  ]);
  expect(modules.split("\n").filter((name) => name !== "")).toEqual([
    "github.com/jobengine/jobengine/sdks/go",
    "github.com/redis/go-redis/v9",
  ]);
});

test(
  "the README's worker is got from a module proxy, does a job and ends with 0 on SIGTERM",
  async () => {
    const installed = await installReadmeWorker(mkdtempSync(path.join(scratch, "worker-")));
    await expectReadmeWorker(installed, "go");
  },
  limitMs,
);

test.each(transports)(
  "the Go SDK passes the conformance suite over %s",
  async (transport) => {
    const program = path.join(scratch, "conformanceworker");
    await run(folder, "go", ["build", "-o", program, "./cmd/conformanceworker"]);
    expect(await failuresOf(JSON.stringify(program), transport)).toEqual([]);
  },
  limitMs,
);

test(
  "the Go SDK works by TLS over both transports, and says what mends a certificate that it refuses",
  async () => {
    const program = path.join(scratch, "conformanceworker");
    await run(folder, "go", ["build", "-o", program, "./cmd/conformanceworker"]);
    await expectTls(JSON.stringify(program), { caFile: /CAFile/, address: /APIURL/ });
  },
  limitMs,
);
