import path from "node:path";
import { paths } from "./data-folder.ts";
import { choosePort } from "./ports.ts";
import { isAlive } from "./process-identity.ts";
import { launchDigest } from "./launch-digest.ts";
import { isPresent, projectRoot, type Role, type RolePlace } from "./roles/role.ts";
import { scanWorker } from "./roles/scan-worker.ts";
import { schedulerWeb } from "./roles/scheduler-web.ts";
import { schedulerWorker } from "./roles/scheduler-worker.ts";
import type { RunningSet } from "./running-set.ts";
import type { Secrets } from "./secrets.ts";
import { startProcess, waitUntilReady } from "./start-process.ts";
import { withPart, writeState, type Part, type State } from "./state.ts";
import { stopProcess } from "./stop-process.ts";

/** All roles, in the order in which they start: the scheduler-worker opens the queue that the others ask for. */
const roles: readonly Role[] = [schedulerWorker, schedulerWeb, scanWorker];

export interface StartRolesContext {
  readonly dataDir: string;
  readonly askedPorts: Readonly<Record<string, number>>;
  readonly secrets: Secrets;
  /** Added to what every role is told. */
  readonly environment: Readonly<Record<string, string>>;
  readonly running: RunningSet;
  readonly onLine: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Brings up the roles that exist and do not run, or run with other settings (a server has moved to another
 * port, say), and answers the state with all of them.
 */
export async function bringUpRoles(context: StartRolesContext, known: State): Promise<State> {
  let state = known;
  for (const role of roles.filter(isPresent)) state = await bringUpRole(role, context, state);
  return state;
}

async function bringUpRole(role: Role, context: StartRolesContext, state: State): Promise<State> {
  const begunAt = Date.now();
  const before = state.parts.find((part) => part.name === role.name);
  const isRunning = before !== undefined && isAlive(before);
  const ports = isRunning ? before.ports : await portsOf(role, context, before);
  const place: RolePlace = { ...context, addresses: state.addresses, httpPort: ports["http"] ?? 0 };
  const environment = { ...ownVariables(), ...role.environment(place), ...context.environment };
  const digest = launchDigest([role.entry, ...Object.entries(environment).flat()]);
  if (isRunning && before.launchDigest === digest) return state;
  if (before !== undefined) {
    context.onLine(
      `${role.name}: ${isRunning ? "its settings have changed" : "no longer runs"}, starting it again`,
    );
    await stopProcess(before);
  }

  const log = paths.log(context.dataDir, role.name);
  const started = startProcess(
    role.name,
    {
      command: process.execPath,
      args: [path.join(projectRoot, role.entry)],
      env: environment,
      stopSignal: "SIGTERM",
    },
    log,
  );
  const part: Part = {
    ...started.process,
    name: role.name,
    title: role.name,
    ports,
    means: role.entry,
    launchDigest: digest,
    log,
  };
  context.running.add(part);
  const schedulerUrl = `http://127.0.0.1:${place.httpPort}`;
  const addresses = role === schedulerWeb ? { ...state.addresses, schedulerUrl } : state.addresses;
  const next = { ...withPart(state, part), addresses };
  writeState(context.dataDir, next);
  await waitUntilReady(role.name, started, () => role.check(place), context.signal);
  context.onLine(`${role.name}: ready in ${((Date.now() - begunAt) / 1000).toFixed(1)} s (${role.entry})`);
  return next;
}

/** What is meant for this command alone: a role has no use for it, and none for an administrator's password. */
const forTheStackAlone = new Set([
  "JOBENGINE_CACHE_DIR",
  "JOBENGINE_STACK_VALKEY_MEMORY",
  "JOBENGINE_DATABASE_ADMIN_URL",
  "JOBENGINE_DATABASE_OWNER_URL",
]);

/** Our variables as this command was given them (log level, lease, …); what the stack decides wins over them. */
function ownVariables(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      name.startsWith("JOBENGINE_") && !forTheStackAlone.has(name) && value !== undefined
        ? [[name, value]]
        : [],
    ),
  );
}

async function portsOf(
  role: Role,
  context: StartRolesContext,
  before: Part | undefined,
): Promise<Record<string, number>> {
  if (role.portName === undefined) return {};
  const asked = context.askedPorts[role.portName];
  return { http: await choosePort(role.portName, asked, before?.ports["http"], context.signal) };
}
