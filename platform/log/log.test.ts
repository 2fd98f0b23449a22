import { about, createLog } from "./log.ts";

/** A logger whose lines are kept. */
function collect() {
  const lines: Record<string, unknown>[] = [];
  const log = createLog({
    service: "test",
    destination: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  });
  return { log, lines };
}

test("a line names service, level word, ISO time and what it is about", () => {
  const { log, lines } = collect();
  about(log, { requestId: "r1", tenant: "acme", run: "run_1", job: "job_1" }).warn("slow");
  expect(lines[0]).toMatchObject({
    service: "test",
    level: "warn",
    msg: "slow",
    requestId: "r1",
    tenant: "acme",
    run: "run_1",
    job: "job_1",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
  });
});

test("secrets are replaced by name at every depth that we log", () => {
  const { log, lines } = collect();
  const secrets = {
    authorization: "S",
    password: "S",
    secret: "S",
    token: "S",
    workerKey: "S",
    secretAccessKey: "S",
    "set-cookie": "S",
  };
  log.info({ ...secrets, a: secrets, b: { c: secrets, d: { e: secrets } }, plain: "kept" }, "with secrets");
  expect(JSON.stringify(lines[0])).not.toContain('"S"');
  expect(lines[0]).toMatchObject({ plain: "kept", password: "[redacted]" });
});

test("a child's own fields are redacted too", () => {
  const { log, lines } = collect();
  log.child({ headers: { authorization: "S" } }).info("x");
  expect(JSON.stringify(lines[0])).not.toContain('"S"');
});

test("an error of the Valkey client names its command without the arguments, which hold the password", () => {
  const { log, lines } = collect();
  const command = { name: "auth", args: ["jobengine", "hunter2"] };
  const error = Object.assign(new Error("WRONGPASS"), { command });
  log.warn({ err: error }, "broke");
  log.warn(error, "broke");
  expect(JSON.stringify(lines)).not.toContain("hunter2");
  expect(lines[0]).toMatchObject({ err: { message: "WRONGPASS", command: "auth" } });
});
