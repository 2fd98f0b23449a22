import { existsSync } from "node:fs";
import path from "node:path";
import type { Secrets } from "../secrets.ts";
import type { State } from "../state.ts";

/** The folder of the project. */
export const projectRoot = path.join(import.meta.dirname, "../../..");

/** The database that a stack keeps its tables in. */
export const databaseName = "jobengine";

/** What a role is started from. */
export interface RolePlace {
  readonly dataDir: string;
  readonly addresses: State["addresses"];
  readonly secrets: Secrets;
  /** The port of its HTTP face: the API for scheduler-web, health and metrics for the others. */
  readonly httpPort: number;
}

/** One process of ours. */
export interface Role {
  readonly name: string;
  /** Its main.ts, from the project's root. */
  readonly entry: string;
  /** The name of its port in `--port-…`; `undefined` when it listens nowhere. */
  readonly portName: string | undefined;
  environment(place: RolePlace): Record<string, string>;
  /** One round trip that only a working process answers; throws with the reason otherwise. */
  check(place: RolePlace): Promise<void>;
}

/** Whether this role exists in this copy of the project. */
export function isPresent(role: Role): boolean {
  return existsSync(path.join(projectRoot, role.entry));
}

/** The address of our database as one of its three roles. */
export function databaseUrl(
  place: Pick<RolePlace, "addresses" | "secrets">,
  role: "owner" | "app" | "engine",
): string {
  const url = new URL(place.addresses.postgresAdminUrl);
  url.username = `jobengine_${role}`;
  const { databaseOwner, databaseApp, databaseEngine } = place.secrets;
  url.password = { owner: databaseOwner, app: databaseApp, engine: databaseEngine }[role];
  url.pathname = `/${databaseName}`;
  return url.href;
}

/** What all roles of the engine are told alike. */
export function engineEnvironment(place: RolePlace): Record<string, string> {
  return {
    JOBENGINE_ENVIRONMENT: "development",
    JOBENGINE_DATABASE_URL: databaseUrl(place, "app"),
    JOBENGINE_DATABASE_ENGINE_URL: databaseUrl(place, "engine"),
    JOBENGINE_VALKEY_URL: place.addresses.valkeyUrl,
    JOBENGINE_TEMPORAL_ADDRESS: place.addresses.temporalAddress,
    JOBENGINE_BLOB_STORE: "seed-fs",
    JOBENGINE_BLOB_DIR: path.join(place.dataDir, "blobs"),
    JOBENGINE_TEMPORAL_UI_URL: place.addresses.temporalUiUrl,
    JOBENGINE_LOG_FORMAT: "json",
  };
}

/** Asks the readiness route of a role; throws what it answers while it is not ready. */
export async function checkReadyRoute(port: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(3_000) });
  const body = await response.text();
  if (!response.ok) throw new Error(`/readyz answers ${response.status} ${body.slice(0, 300)}`);
}
