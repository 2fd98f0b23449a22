import { ConfigError, loadConfig } from "./load.ts";
import type { Environment } from "./load.ts";
import { maskPassword } from "./mask.ts";
import { migrateConfig } from "./migrate.ts";
import { scanWorkerConfig } from "./scan-worker.ts";
import { schedulerWebConfig } from "./scheduler-web.ts";
import { schedulerWorkerConfig } from "./scheduler-worker.ts";

const good = {
  JOBENGINE_DATABASE_URL: "postgres://app:pw@127.0.0.1/jobengine",
  JOBENGINE_DATABASE_ENGINE_URL: "postgres://engine:pw@127.0.0.1/jobengine",
  JOBENGINE_VALKEY_URL: "redis://engine:pw@127.0.0.1:6379/0",
  JOBENGINE_AUTH_MODE: "dev",
};

const load = (more: Environment = {}) => loadConfig(schedulerWebConfig, { ...good, ...more });

/** The lines of the error that a configuration gives. */
function refusal(more: Environment): readonly string[] {
  try {
    load(more);
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
  return [];
}

test("a configuration has typed values with defaults, and is frozen to its leaves", () => {
  const config = load({
    JOBENGINE_HTTP_PORT: "0",
    JOBENGINE_QUEUE_LEASE_SECONDS: "6",
    JOBENGINE_QUEUE_BEAT_SECONDS: "1.5",
  });
  expect(config.http.listener).toMatchObject({ host: "127.0.0.1", port: 0, bodyMaxBytes: 1_000_000 });
  expect(config.queue).toMatchObject({ leaseSeconds: 6, beatSeconds: 1.5 });
  expect(config.blobs).toMatchObject({ store: "seed-fs", s3: { forcePathStyle: true } });
  expect(() => Object.assign(config.http.listener, { port: 1 })).toThrow(TypeError);
});

test("workers are told the engine's Valkey without its credentials unless another address is given", () => {
  expect(load().valkey.workerUrl).toBe("redis://127.0.0.1:6379/0");
  expect(load({ JOBENGINE_WORKER_VALKEY_URL: "redis://valkey:6379" }).valkey.workerUrl).toBe(
    "redis://valkey:6379",
  );
});

test.each(["redis://engine:hunter2@valkey:6379", "redis://:hunter2@valkey:6379", "valkeys://valkey:6379"])(
  "no address of Valkey for workers: %s",
  (url) => {
    const [line] = refusal({ JOBENGINE_WORKER_VALKEY_URL: url });
    expect(line).toMatch(
      /^JOBENGINE_WORKER_VALKEY_URL: .*allowed: an address without user name and password/,
    );
    expect(line).not.toContain("hunter2");
  },
);

test("every wrong variable is named at once, with what was given and what is allowed", () => {
  expect(
    refusal({ JOBENGINE_DATABASE_URL: undefined, JOBENGINE_HTTP_PORT: "80a", JOBENGINE_LOG_LEVEL: "loud" }),
  ).toEqual([
    'JOBENGINE_LOG_LEVEL: given "loud"; allowed: trace, debug, info, warn, error, fatal, silent',
    'JOBENGINE_HTTP_PORT: given "80a"; allowed: a whole number from 0 to 65535',
    "JOBENGINE_DATABASE_URL: not set; allowed: an address such as postgres://role:password@127.0.0.1:5432/jobengine",
  ]);
});

test("secrets and passwords in addresses are not repeated", () => {
  const lines = refusal({
    JOBENGINE_PAGE_TOKEN_KEY: "hunter2",
    JOBENGINE_VALKEY_URL: "reddis://engine:hunter2@127.0.0.1",
    JOBENGINE_DATABASE_URL: "app:hunter2@127.0.0.1",
  });
  expect(lines).toHaveLength(3);
  expect(lines.join("\n")).not.toContain("hunter2");
  expect(lines.join("\n")).toContain("(secret, 7 characters)");
});

test.each([
  ["redis://u:p@h/0", "redis://u:***@h/0"],
  ["redis://:p@w@h", "redis://:***@h"],
  ["redis://h:1", "redis://h:1"],
])("%s is shown as %s", (given, shown) => expect(maskPassword(given)).toBe(shown));

test("an unknown variable is an error with the nearest name; other programs' variables are none of ours", () => {
  expect(refusal({ JOBENGINE_HTTPPORT: "1", OTHER: "x" })).toEqual([
    "JOBENGINE_HTTPPORT: not known; did you mean JOBENGINE_HTTP_PORT?",
  ]);
});

test("a variable of another process is allowed, so that one environment serves all", () => {
  expect(refusal({ JOBENGINE_WORKER_CONCURRENCY: "2", JOBENGINE_METRICS_PORT: "1" })).toEqual([]);
});

test("an empty variable counts as not set", () => {
  expect(load({ JOBENGINE_HTTP_PORT: "" }).http.listener.port).toBe(8080);
});

test.each(["0.0.0.0", "192.168.1.4", "localhost.evil.example", "::"])(
  "dev identity does not listen on %s",
  (host) => {
    expect(refusal({ JOBENGINE_HTTP_HOST: host }).join()).toContain("loopback");
  },
);

test.each(["127.0.0.1", "::1", "localhost"])("dev identity listens on %s", (host) => {
  expect(load({ JOBENGINE_HTTP_HOST: host }).http.listener.host).toBe(host);
});

test("tokens need an issuer and its keys, and are the default", () => {
  const lines = refusal({ JOBENGINE_AUTH_MODE: undefined });
  expect(lines.join("\n")).toMatch(/JOBENGINE_JWT_ISSUER[^]*JOBENGINE_JWT_JWKS_FILE/);
  const complete = { JOBENGINE_AUTH_MODE: "jwt", JOBENGINE_JWT_ISSUER: "https://id.example" };
  expect(refusal({ ...complete, JOBENGINE_JWT_JWKS_URL: "http://id.example/jwks" }).join()).toContain(
    "must be https",
  );
  expect(
    refusal({ ...complete, JOBENGINE_JWT_JWKS_FILE: "/etc/jwks.json", JOBENGINE_HTTP_HOST: "0.0.0.0" }),
  ).toEqual([]);
});

test("s3 needs its bucket and keys", () => {
  expect(refusal({ JOBENGINE_BLOB_STORE: "s3" }).map((line) => line.split(":")[0])).toEqual([
    "JOBENGINE_S3_BUCKET",
    "JOBENGINE_S3_ACCESS_KEY_ID",
    "JOBENGINE_S3_SECRET_ACCESS_KEY",
  ]);
});

test("a beat must fit twice into a lease", () => {
  expect(refusal({ JOBENGINE_QUEUE_LEASE_SECONDS: "20" })).toEqual([
    "JOBENGINE_QUEUE_BEAT_SECONDS: not set; must be less than half of JOBENGINE_QUEUE_LEASE_SECONDS (20); allowed: seconds from 0.2 to 600, fractions allowed",
  ]);
});

test("the other processes read theirs", () => {
  expect(loadConfig(schedulerWorkerConfig, good).metricsListener.port).toBe(9464);
  const workerKey = `wk_${"0".repeat(16)}_${"0".repeat(64)}`;
  const worker = { JOBENGINE_API_URL: "http://127.0.0.1:8080", JOBENGINE_WORKER_KEY: workerKey };
  expect(loadConfig(scanWorkerConfig, worker).worker).toMatchObject({ concurrency: 4, workerKey });
  const owner = { ...good, JOBENGINE_DATABASE_OWNER_URL: "postgres://owner@127.0.0.1/jobengine" };
  expect(loadConfig(migrateConfig, owner).database.adminUrl).toBeUndefined();
});
