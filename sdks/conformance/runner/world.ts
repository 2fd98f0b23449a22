import { startOwnServer } from "../engine/own-server.ts";
import type { Settled } from "../engine/results.ts";
import { type Engine, type EngineOptions, startEngine } from "../engine/start-engine.ts";
import { until } from "../engine/until.ts";
import type { Link } from "../link/link.ts";
import { startHttpLink } from "../link/start-http-link.ts";
import { startValkeyLink } from "../link/start-valkey-link.ts";
import { Mismatch, Skipped } from "./expect.ts";
import type { Scenario, Transport, World } from "./scenario.ts";
import { startWorkerProcess, type WorkerProcess } from "./worker-process.ts";

/** A world that a scenario ran in, with what the report wants of it. */
export interface OpenWorld extends AsyncDisposable {
  readonly world: World;
  readonly notes: readonly string[];
  readonly workers: readonly WorkerProcess[];
  /** What the scenario waits for, when it waits. */
  readonly waitingFor: string | undefined;
}

/** How long a worker may take to start, and for any step that no rule of the protocol bounds. */
const patienceMs = 15_000;

/** The results that change something. */
async function counting(engine: Engine): Promise<Settled[]> {
  return (await engine.settled()).filter(({ stale }) => stale === "0");
}

interface Ways {
  readonly engine: Engine;
  readonly link: Link;
  /** Where the worker finds the API. */
  readonly apiUrl: string;
}

/** The link stands between the worker and Valkey; it reaches the API directly. */
async function overValkey(settings: EngineOptions): Promise<Ways> {
  const link = await startValkeyLink(settings.valkeyUrl);
  const valkeyUrlForWorkers = `redis://127.0.0.1:${link.port}`;
  const engine = await startEngine({ ...settings, valkeyUrlForWorkers });
  return { link, engine, apiUrl: engine.http.apiUrl };
}

/** The link stands between the worker and the API, and there is no way to Valkey. */
async function overHttps(settings: EngineOptions): Promise<Ways> {
  const engine = await startEngine(settings);
  const link = await startHttpLink(engine.http.apiUrl);
  return { link, engine, apiUrl: `http://127.0.0.1:${link.port}` };
}

export async function openWorld(
  scenario: Scenario,
  options: { readonly valkeyUrl: string; readonly command: string; readonly transport: Transport },
): Promise<OpenWorld> {
  const { leaseMs = 60_000, beatMs = 15_000, highWater = 10_000, ownServer = false } = scenario.setting ?? {};
  await using cleanUp = new AsyncDisposableStack();
  const own = ownServer ? await startOwnServer(options.valkeyUrl) : undefined;
  if (own !== undefined) cleanUp.use(own);
  if (ownServer && own === undefined) throw new Skipped("The server's program is not on this machine.");
  const valkeyUrl = own?.url ?? options.valkeyUrl;
  const { transport } = options;
  const settings = { valkeyUrl, leaseMs, beatMs, highWater };
  const { link, engine, apiUrl } = await (transport === "https" ? overHttps(settings) : overValkey(settings));
  cleanUp.use(engine);
  cleanUp.defer(async () => await link.close());
  const workers: WorkerProcess[] = [];
  cleanUp.defer(async () => {
    for (const worker of workers) worker.kill();
    await Promise.all(workers.map(async ({ exited }) => await exited));
  });
  const notes: string[] = [];
  let waitingFor: string | undefined;

  const world: World = {
    engine,
    link,
    wire: link.wire,
    transport,
    leaseMs,
    beatMs,
    async killConnections() {
      if (transport === "https") return link.cut();
      return Number(await engine.valkey.call("CLIENT", "KILL", "USER", engine.userName));
    },
    async restartServer() {
      await own?.restart();
    },
    start({ concurrency = 4, drainGraceMs = 20_000, workerKey = engine.workerKey, env = {} } = {}) {
      const worker = startWorkerProcess(options.command, {
        JOBENGINE_API_URL: apiUrl,
        JOBENGINE_WORKER_KEY: workerKey,
        JOBENGINE_TRANSPORT: transport,
        JOBENGINE_CONCURRENCY: String(concurrency),
        JOBENGINE_DRAIN_GRACE_MS: String(drainGraceMs),
        ...env,
      });
      workers.push(worker);
      return worker;
    },
    async startIdle(setting) {
      const worker = world.start(setting);
      await world.until(
        "a worker that registers, claims and goes idle",
        async () => (await engine.valkey.zcard(`${engine.keyPrefix}idle`)) > 0 || worker.exit !== undefined,
      );
      if (worker.exit !== undefined) throw new Mismatch("a worker that goes idle", { exit: worker.exit });
      return worker;
    },
    async enqueue(job, kind, payload, more = {}) {
      const words = await engine.enqueue([{ job, kind, payload: JSON.stringify(payload), ...more }]);
      if (words[0] !== "queued") throw new Error(`${job} was not queued: ${words[0]}`);
    },
    async results(count, limitMs) {
      const what = count === 1 ? "an attempt that ends" : `${count} attempts that end`;
      await world.until(what, async () => (await counting(engine)).length >= count, limitMs);
      return await counting(engine);
    },
    async untilLeased(job, attempt = 1) {
      await world.until(`a claim of ${job}, attempt ${attempt}`, () =>
        link.wire.given().some((given) => given.job === job && given.attempt === attempt),
      );
    },
    async until(what, isTrue, limitMs = patienceMs) {
      waitingFor = what;
      const since = performance.now();
      const isMet = await until(isTrue, limitMs).then(
        () => true,
        (error: unknown) => {
          if (performance.now() - since < limitMs) throw error;
          return false;
        },
      );
      if (!isMet) throw new Mismatch(what, `nothing of it within ${limitMs / 1_000} s`);
      waitingFor = undefined;
    },
    note: (text) => void notes.push(text),
  };
  const opened = cleanUp.move();
  return {
    world,
    notes,
    workers,
    get waitingFor() {
      return waitingFor;
    },
    [Symbol.asyncDispose]: async () => await opened.disposeAsync(),
  };
}
