import { databaseName } from "./roles/role.ts";
import type { Secrets } from "./secrets.ts";
import type { State } from "./state.ts";

/** Where everything of a stack is: what `--json` prints. A role or server that does not run has no entry. */
export interface StackDescription {
  readonly schedulerUrl?: string;
  readonly docsUrl?: string;
  readonly temporalUiUrl?: string;
  readonly temporalAddress: string;
  readonly valkeyUrl: string;
  readonly postgresUrl: string;
  readonly workerKey?: string;
  readonly dataDir: string;
  /** Process ids by the name of the part. */
  readonly pids: Readonly<Record<string, number>>;
}

export function describeStack(dataDir: string, state: State, secrets: Secrets): StackDescription {
  const { schedulerUrl, temporalUiUrl, temporalAddress, valkeyUrl, postgresAdminUrl } = state.addresses;
  const postgresUrl = new URL(postgresAdminUrl);
  postgresUrl.pathname = `/${databaseName}`;
  return {
    ...(schedulerUrl === "" ? {} : { schedulerUrl, docsUrl: `${schedulerUrl}/docs` }),
    ...(temporalUiUrl === "" ? {} : { temporalUiUrl }),
    temporalAddress,
    valkeyUrl,
    postgresUrl: postgresUrl.href,
    ...(secrets.workerKey === undefined ? {} : { workerKey: secrets.workerKey }),
    dataDir,
    pids: Object.fromEntries(state.parts.map((part) => [part.name, part.pid])),
  };
}
