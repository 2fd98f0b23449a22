import type { Program, Search } from "../means/program.ts";
import type { Secrets } from "../secrets.ts";

export type ServerName = "postgres" | "valkey" | "temporal" | "s3";

/** Where one stack's server lives and what it may use. */
export interface Place {
  /** Absolute path. */
  readonly dataDir: string;
  readonly ports: Readonly<Record<string, number>>;
  readonly secrets: Secrets;
  /** The data is deleted after use: nothing needs to survive a crash of the machine. */
  readonly isThrowaway: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** The command line of a process and how it is to be ended. */
export interface LaunchPlan {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly container?: string | undefined;
  readonly stopSignal: "SIGINT" | "SIGTERM";
}

/** One kind of server that a stack is made of. */
export interface Server {
  readonly name: ServerName;
  readonly title: string;
  /** Its ports, by the names that the `--port-…` flags use. */
  readonly portNames: readonly string[];
  /** An address in this variable stands for a server that runs elsewhere: none is started then. */
  readonly addressVariable: string;
  /** Finds the program by the means of this machine. */
  find(search: Search): Promise<Program>;
  /** Makes its folder and files; may be called again on a folder that was prepared before. */
  prepare(place: Place, program: Program): Promise<void>;
  plan(place: Place, program: Program): LaunchPlan;
  /** Where clients find it, credentials included. */
  address(place: Place): string;
  /** One round trip that only a working server answers; throws with the reason otherwise. */
  check(address: string): Promise<void>;
}
