import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { defaultCacheDir } from "../../scripts/stack/means/cache.ts";
import { which } from "../../scripts/stack/means/on-path.ts";
import { lastLines, runCommand } from "../../scripts/stack/run-command.ts";

/**
 * What peers and workers of other languages need, made once for each list of versions and kept in the cache,
 * so that the project's own `npm ci` stays small. A tool that is missing costs one line and its contenders.
 */

const folder = import.meta.dirname;
const sdks = path.join(folder, "../../sdks");

/** The folder of the Node peers, BullMQ and graphile-worker, at the versions of `peers/node`. */
export async function installNodePeers(): Promise<string | undefined> {
  const manifests = ["package.json", "package-lock.json"].map((name) =>
    path.join(folder, "peers/node", name),
  );
  return await cached("node", manifests, async (made) => {
    for (const file of manifests) cpSync(file, path.join(made, path.basename(file)));
    console.log("  installing BullMQ and graphile-worker into the cache (npm ci, once)");
    // Their install scripts build optional parts that they do without.
    return ["npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", made]];
  });
}

/** The Python of a venv with Celery and what our own SDK needs. */
export async function makePythonEnvironment(): Promise<string | undefined> {
  const python = which("python3");
  if (python === undefined) return missing("Celery and the Python SDK are left out: there is no Python.");
  const requirements = path.join(folder, "peers/python/requirements.txt");
  const { stdout } = await runCommand({ command: python, args: ["--version"] });
  const made = await cached(`python-${stdout.trim().replace(/\W+/g, "-")}`, [requirements], async (made) => {
    const venv = await runCommand({ command: python, args: ["-m", "venv", made] });
    if (venv.code !== 0) return `python3 -m venv: ${lastLines(venv.output, 1)}`;
    console.log("  installing Celery into the cache (pip, once)");
    return [path.join(made, "bin/python"), ["-m", "pip", "install", "--quiet", "-r", requirements]];
  });
  return made === undefined ? undefined : path.join(made, "bin/python");
}

/** The program of a Go module below this folder, built for this run. */
export async function buildGo(module: string, into: string): Promise<string | undefined> {
  const go = which("go", ["/usr/local/go/bin"]);
  if (go === undefined) return missing(`${module} is left out: there is no Go.`);
  const source = path.join(folder, module);
  const program = path.join(into, module.replaceAll("/", "-"));
  // The SDK's own requirements may have moved on: what the build adds for them goes into copies.
  const modFile = `${program}.mod`;
  cpSync(path.join(source, "go.mod"), modFile);
  cpSync(path.join(source, "go.sum"), `${program}.sum`);
  const args = ["build", "-mod=mod", `-modfile=${modFile}`, "-o", program, "."];
  const env = { ...process.env, CGO_ENABLED: "0" };
  const built = await runCommand({ command: go, args, cwd: source, env });
  return built.code === 0 ? program : missing(`${module} is left out: ${lastLines(built.output, 2)}`);
}

/** Where the Python SDK's sources are. */
export const pythonSdk = path.join(sdks, "python/src");

type Install = readonly [command: string, args: readonly string[]] | string;

/** Fills a folder of the cache; it is there whole or not at all. A text as answer says why it cannot be. */
async function cached(
  name: string,
  manifests: readonly string[],
  install: (made: string) => Promise<Install>,
): Promise<string | undefined> {
  const hash = createHash("sha256");
  for (const file of manifests) hash.update(readFileSync(file));
  const place = path.join(defaultCacheDir(), `bench-peers-${name}-${hash.digest("hex").slice(0, 12)}`);
  if (existsSync(path.join(place, "done"))) return place;
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  const plan = await install(place);
  if (typeof plan === "string") return missing(`${name} peers are left out: ${plan}`);
  const [command, args] = plan;
  const { code, output } = await runCommand({ command, args });
  if (code !== 0) return missing(`${name} peers are left out: ${lastLines(output, 2)}`);
  mkdirSync(path.join(place, "done"));
  return place;
}

function missing(line: string): undefined {
  console.log(`  ${line}`);
  return undefined;
}
