import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { healthAddress } from "../../deploy/healthcheck.ts";
import { loadConfig } from "../../platform/config/load.ts";
import { knownNames, processSchemas } from "../../platform/config/processes.ts";
import { images } from "../../scripts/stack/pins.ts";
import { developmentAudience, developmentIssuer } from "../../scripts/mint-token.ts";

const root = path.join(__dirname, "../..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");

const service = z.object({
  image: z.string(),
  build: z.string().optional(),
  command: z.union([z.string(), z.array(z.string())]).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.array(z.string()).optional(), disable: z.boolean().optional() }).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
});

const compose = z
  .object({ services: z.record(z.string(), service), volumes: z.record(z.string(), z.unknown()) })
  .parse(parse(withDefaults(read("temporal-dev.yml")), { merge: true }));

/** The instructions of the Dockerfile, continued lines joined. */
const instructions = read("Dockerfile")
  .replaceAll("\\\n", " ")
  .split("\n")
  .filter((line) => line.trim() !== "" && !line.startsWith("#"))
  .map((line) => /^(\w+)\s+(.*)$/.exec(line)?.slice(1) as [string, string]);

const imageEnvironment = Object.fromEntries(
  instructions
    .filter(([name]) => name === "ENV")
    .flatMap(([, text]) => text.trim().split(/\s+/))
    .map((pair) => pair.split("=") as [string, string]),
);

const entrypoint = read("deploy/entrypoint.sh");

/** Compose puts an environment variable's default where it is not set, and writes `$$` for a dollar. */
function withDefaults(text: string): string {
  return text.replaceAll(/\$\{\w+:-([^}]*)\}/g, "$1").replaceAll("$$", "$");
}

/** What stands behind every instruction of a name. */
function of(name: string): string[] {
  return instructions.filter(([one]) => one === name).map(([, text]) => text);
}

function ours(environment: Record<string, string>): string[] {
  return Object.keys(environment).filter((name) => name.startsWith("JOBENGINE_"));
}

/** Our services by their role, with all that they are told. */
const roles = Object.entries(compose.services).flatMap(([name, one]) =>
  one.build === undefined
    ? []
    : [{ name, role: String(one.command), environment: { ...imageEnvironment, ...one.environment } }],
);

test.each(roles.filter(({ role }) => role in processSchemas))(
  "$name is told everything that its configuration needs, and nothing wrong",
  ({ role, environment }) => {
    // The worker key comes out of the volume that worker-key fills.
    const minted =
      role === "scan-worker" ? { JOBENGINE_WORKER_KEY: `wk_${"0".repeat(16)}_${"0".repeat(64)}` } : {};
    const schema = processSchemas[role as keyof typeof processSchemas];
    expect(() => loadConfig(schema, { ...environment, ...minted })).not.toThrow();
  },
);

test("every role of the configuration has a service, and no service a role that does not exist", () => {
  const named = roles.map(({ role }) => role);
  expect(named).toEqual(expect.arrayContaining(Object.keys(processSchemas)));
  for (const role of named) expect(entrypoint).toContain(`  ${role})`);
});

test("Dockerfile and compose set no variable that no process knows", () => {
  const known = knownNames();
  const set = [imageEnvironment, ...Object.values(compose.services).map((one) => one.environment)].flatMap(
    ours,
  );
  expect(set.filter((name) => !known.has(name))).toEqual([]);
});

test("tokens of the minting script are what scheduler-web expects", () => {
  const web = roles.find(({ role }) => role === "scheduler-web");
  const { http } = loadConfig(processSchemas["scheduler-web"], web?.environment ?? {});
  expect(http.auth).toMatchObject({ issuer: developmentIssuer, audience: developmentAudience });
});

test("every image is pinned by version, the same as the stack uses", () => {
  const all = Object.values(compose.services).map(({ image }) => image);
  expect(all.filter((image) => !/:v?\d+\.\d+\.?\d*[\w.-]*$|^jobengine:dev$/.test(image))).toEqual([]);
  expect(all).toEqual(expect.arrayContaining([images.postgres, images.valkey, images.versitygw]));
});

test("whoever is waited for until healthy has a health check, its own or the image's", () => {
  const waits = Object.values(compose.services).flatMap(({ depends_on: needs }) => Object.entries(needs));
  const healthy = waits.flatMap(([name, { condition }]) => (condition === "service_healthy" ? [name] : []));
  const unchecked = healthy.filter((name) => {
    const needed = compose.services[name];
    return needed?.healthcheck === undefined ? needed?.build === undefined : needed.healthcheck.disable;
  });
  expect(healthy).toContain("temporal");
  expect(unchecked).toEqual([]);
});

test("every folder that is mounted is a declared volume, a file of the project or the identity folder", () => {
  const sources = Object.values(compose.services).flatMap(({ volumes }) =>
    volumes.map((volume) => volume.split(":")[0] ?? ""),
  );
  const allowed = (name: string) =>
    name in compose.volumes ||
    name === "./.jobengine-identity/public" ||
    (name.startsWith("./") && existsSync(path.join(root, name)));
  expect(sources.filter((name) => !allowed(name))).toEqual([]);
});

test("ports are published on the loopback only", () => {
  const published = Object.values(compose.services).flatMap(({ ports }) => ports);
  expect(published.filter((port) => !port.startsWith("127.0.0.1:"))).toEqual([]);
});

test("the image is built in stages, runs as a user other than root, and takes the role as its argument", () => {
  expect(of("FROM").length).toBeGreaterThan(1);
  expect(of("USER").at(-1)).not.toMatch(/^(root|0)\b/);
  expect(of("EXPOSE")).toEqual(["8080"]);
  expect(of("ENTRYPOINT")).toEqual(['["/app/deploy/entrypoint.sh"]']);
  expect(statSync(path.join(root, "deploy/entrypoint.sh")).mode & 0o111).not.toBe(0);
});

test("the image's Node is the one that package.json pins", () => {
  const manifest = JSON.parse(read("package.json")) as { devDependencies: { node: string } };
  const bases = instructions.filter(([name]) => name === "FROM").map(([, text]) => text.split(" ")[0]);
  expect(new Set(bases)).toEqual(new Set([`node:${manifest.devDependencies.node}-bookworm-slim`]));
});

test.each([
  ["/sbin/docker-init -- /app/deploy/entrypoint.sh scheduler-web", "http://127.0.0.1:8080/healthz"],
  ["node activities/main.ts", "http://127.0.0.1:9000/healthz"],
  ["node scanner/main.ts", undefined],
])("the health check of %j asks %j", (commandLine, address) => {
  const env = { JOBENGINE_HTTP_PORT: "8080", JOBENGINE_METRICS_PORT: "9000" };
  expect(healthAddress(commandLine, env)).toBe(address);
});
