import { defaultCacheDir } from "./means/cache.ts";
import type { Program } from "./means/program.ts";
import { paths } from "./data-folder.ts";
import { launchDigest } from "./launch-digest.ts";
import { choosePort } from "./ports.ts";
import { isAlive } from "./process-identity.ts";
import type { RunningSet } from "./running-set.ts";
import type { Secrets } from "./secrets.ts";
import { postgres } from "./servers/postgres.ts";
import { s3 } from "./servers/s3.ts";
import type { Place, Server, ServerName } from "./servers/server.ts";
import { temporal } from "./servers/temporal.ts";
import { valkey } from "./servers/valkey.ts";
import { StackError } from "./stack-error.ts";
import { startProcess, waitUntilReady } from "./start-process.ts";
import { withPart, writeState, type Part, type State } from "./state.ts";

/** All servers, in the order in which they start. */
const servers: readonly Server[] = [postgres, valkey, temporal, s3];

export interface StartServersContext {
  readonly dataDir: string;
  readonly which: readonly ServerName[];
  readonly askedPorts: Readonly<Record<string, number>>;
  readonly secrets: Secrets;
  readonly isThrowaway: boolean;
  /** Whether an address in the environment stands for a server. Tests never meet such a server. */
  readonly useEnvironment: boolean;
  readonly running: RunningSet;
  readonly onLine: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Brings up the servers that do not run yet and answers the state with all of them. The state file knows
 * each process as soon as it exists, so that even a killed command leaves nothing that `down` cannot find.
 */
export async function bringUpServers(context: StartServersContext, known: State): Promise<State> {
  let state = known;
  for (const server of servers.filter((one) => context.which.includes(one.name))) {
    const elsewhere = context.useEnvironment ? process.env[server.addressVariable] : undefined;
    state =
      elsewhere === undefined || elsewhere === ""
        ? await bringUpServer(server, context, state)
        : await useServerElsewhere(server, elsewhere, context, state);
  }
  return state;
}

async function useServerElsewhere(
  server: Server,
  address: string,
  context: StartServersContext,
  state: State,
): Promise<State> {
  try {
    await server.check(address);
  } catch (error) {
    const why = error instanceof Error ? error.message : "no answer";
    throw new StackError(
      `${server.title} at ${server.addressVariable} does not answer: ${why}. Unset it to start one here.`,
    );
  }
  context.onLine(`${server.title}: using the one of ${server.addressVariable}`);
  return withAddress(state, server.name, address, process.env["JOBENGINE_TEMPORAL_UI_URL"] ?? "");
}

async function bringUpServer(server: Server, context: StartServersContext, state: State): Promise<State> {
  const before = state.parts.find((part) => part.name === server.name);
  if (before !== undefined && isAlive(before)) return state;
  if (before !== undefined) context.onLine(`${server.title}: no longer runs, starting it again`);

  const program = await server.find({
    cacheDir: defaultCacheDir(),
    onLine: context.onLine,
    signal: context.signal,
  });
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startServer(server, program, context, state, attempt === 1 ? before?.ports : undefined);
    } catch (error) {
      // Between choosing a free port and listening on it, somebody else may have taken it.
      const isPortTaken =
        error instanceof StackError && /address already in use|EADDRINUSE/i.test(error.message);
      if (!isPortTaken || attempt === 3) throw error;
    }
  }
}

async function startServer(
  server: Server,
  program: Program,
  context: StartServersContext,
  state: State,
  portsBefore: Readonly<Record<string, number>> | undefined,
): Promise<State> {
  const begunAt = Date.now();
  const ports: Record<string, number> = {};
  for (const name of server.portNames) {
    ports[name] = await choosePort(name, context.askedPorts[name], portsBefore?.[name], context.signal);
  }
  const place: Place = { ...context, ports };
  await server.prepare(place, program);
  context.signal?.throwIfAborted();

  const plan = server.plan(place, program);
  const log = paths.log(context.dataDir, server.name);
  const started = startProcess(server.title, plan, log);
  const part: Part = {
    ...started.process,
    name: server.name,
    title: `${server.title} ${program.version}`,
    ports,
    means: program.means,
    launchDigest: launchDigest([plan.command, ...plan.args]),
    log,
  };
  context.running.add(part);
  const address = server.address(place);
  const uiUrl = `http://127.0.0.1:${ports["temporal-ui"]}`;
  const next = withAddress(withPart(state, part), server.name, address, uiUrl);
  writeState(context.dataDir, next);
  await waitUntilReady(part.title, started, () => server.check(address), context.signal);
  const seconds = ((Date.now() - begunAt) / 1000).toFixed(1);
  context.onLine(`${part.title}: ready in ${seconds} s (${part.means})`);
  return next;
}

function withAddress(state: State, name: ServerName, address: string, temporalUiUrl: string): State {
  const addresses = { ...state.addresses };
  switch (name) {
    case "postgres":
      addresses.postgresAdminUrl = address;
      break;
    case "valkey":
      addresses.valkeyUrl = address;
      break;
    case "temporal":
      addresses.temporalAddress = address;
      addresses.temporalUiUrl = temporalUiUrl;
      break;
    case "s3":
      addresses.s3Endpoint = address;
      break;
  }
  return { ...state, addresses };
}
