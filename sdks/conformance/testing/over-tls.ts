import { createTestAuthority } from "../../../test/support/certificates.ts";
import { startTlsFront } from "../../../test/support/tls-front.ts";
import { startEngine } from "../engine/start-engine.ts";
import { until } from "../engine/until.ts";
import { type Transport, transports } from "../runner/scenario.ts";
import { startWorkerProcess, type WorkerProcess } from "../runner/worker-process.ts";

const valkeyUrl = process.env["TEST_VALKEY_URL"] ?? "redis://127.0.0.1:6379";

/** What is wrong with the certificate of the API or of Valkey. */
const faults = ["untrusted", "of another name", "expired"] as const;
type Fault = (typeof faults)[number];

const names = { right: ["localhost"], wrong: ["jobs.example.com"] };

/** Starts the worker program against an API and a Valkey that both speak TLS with certificates of one authority. */
async function startOverTls(
  command: string,
  transport: Transport,
  { fault, at }: { readonly fault?: Fault; readonly at?: "api" | "valkey" } = {},
) {
  await using cleanUp = new AsyncDisposableStack();
  const authority = cleanUp.use(createTestAuthority());
  const stranger = cleanUp.use(createTestAuthority("stranger"));
  const issue = (place: "api" | "valkey") => {
    if (fault === undefined || at !== place) return authority.issue(names.right);
    if (fault === "untrusted") return stranger.issue(names.right);
    return fault === "expired"
      ? authority.issue(names.right, { fromDays: -9, toDays: -1 })
      : authority.issue(names.wrong);
  };
  const valkey = cleanUp.use(await startTlsFront(valkeyUrl, issue("valkey")));
  const engine = cleanUp.use(
    await startEngine({ valkeyUrl, valkeyUrlForWorkers: `rediss://localhost:${valkey.port}` }),
  );
  const api = cleanUp.use(await startTlsFront(engine.http.apiUrl, issue("api")));
  const worker = startWorkerProcess(command, {
    JOBENGINE_API_URL: `https://localhost:${api.port}`,
    JOBENGINE_WORKER_KEY: engine.workerKey,
    JOBENGINE_TRANSPORT: transport,
    JOBENGINE_CA_FILE: authority.caFile,
  });
  cleanUp.defer(async () => {
    worker.kill();
    await worker.exited;
  });
  const moved = cleanUp.move();
  return { engine, worker, [Symbol.asyncDispose]: () => moved.disposeAsync() };
}

/** Lets a worker do a job, with an artifact of it, over TLS; answers the outcome. @throws with its log when it does not. */
async function jobOverTls(command: string, transport: Transport): Promise<unknown> {
  await using world = await startOverTls(command, transport);
  const payload = JSON.stringify({ name: "note.txt", text: "over TLS" });
  await world.engine.enqueue([{ job: "a", kind: "artifact", payload }]);
  const [result] = await withLog(world.worker, world.engine.results(1, 20_000));
  return result?.outcome;
}

/** Waits until a worker has said why it cannot work; answers its log. It must not have got as far as a job. */
async function refusalOverTls(
  command: string,
  transport: Transport,
  trouble: { readonly fault: Fault; readonly at: "api" | "valkey" },
  says: RegExp,
): Promise<string> {
  await using world = await startOverTls(command, transport, trouble);
  await world.engine.enqueue([{ job: "a", kind: "echo" }]);
  await withLog(
    world.worker,
    until(() => says.test(world.worker.log), 20_000),
  );
  if ((await world.engine.stateOf("a")) !== "ready") throw new Error("The job was taken.");
  return world.worker.log;
}

/** All that a worker must do about TLS; `says` is how it names its options. */
export async function expectTls(
  command: string,
  says: { readonly caFile: RegExp; readonly address: RegExp },
): Promise<void> {
  for (const transport of transports) {
    expect(await jobOverTls(command, transport)).toMatchObject({ status: "succeeded", result: { bytes: 8 } });
    const at = transport === "https" ? "api" : "valkey";
    for (const fault of faults) {
      const words = { untrusted: says.caFile, "of another name": says.address, expired: /renewed/ }[fault];
      expect(await refusalOverTls(command, transport, { at, fault }, words)).toMatch(words);
    }
  }
}

async function withLog<T>(worker: WorkerProcess, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new Error(`The worker said:\n${worker.log}`, { cause: error });
  }
}
