import { rmSync } from "node:fs";
import { z } from "zod";
import { paths, readJson, writeJson } from "./data-folder.ts";

const partSchema = z.object({
  name: z.string(),
  title: z.string(),
  pid: z.number().int(),
  /** Tells this process from a later one with the same pid. */
  startMark: z.string(),
  stopSignal: z.enum(["SIGINT", "SIGTERM"]),
  container: z.string().optional(),
  ports: z.record(z.string(), z.number().int()),
  /** Where the program came from, for people. */
  means: z.string(),
  /** Changes when the part would be started differently today: it is then started anew. */
  launchDigest: z.string(),
  log: z.string(),
});

const stateSchema = z.object({
  schemaVersion: z.literal("stack@1"),
  /** False while `up` is at work; a stack that stays so was left by a killed `up`. */
  isComplete: z.boolean(),
  parts: z.array(partSchema),
  addresses: z.object({
    postgresAdminUrl: z.string(),
    valkeyUrl: z.string(),
    temporalAddress: z.string(),
    temporalUiUrl: z.string(),
    s3Endpoint: z.string(),
    schedulerUrl: z.string(),
  }),
});

/** One process of a stack, in the order of starting. */
export type Part = z.infer<typeof partSchema>;

/** What runs in a data folder. An address is empty where nothing of that kind runs. */
export type State = z.infer<typeof stateSchema>;

export const emptyState: State = {
  schemaVersion: "stack@1",
  isComplete: false,
  parts: [],
  addresses: {
    postgresAdminUrl: "",
    valkeyUrl: "",
    temporalAddress: "",
    temporalUiUrl: "",
    s3Endpoint: "",
    schedulerUrl: "",
  },
};

/** The state with a part that was just started; one that was started again keeps its place in the order. */
export function withPart(state: State, part: Part): State {
  const isKnown = state.parts.some((other) => other.name === part.name);
  const parts = isKnown
    ? state.parts.map((other) => (other.name === part.name ? part : other))
    : [...state.parts, part];
  return { ...state, parts };
}

/** What was started in this data folder and not stopped by `down`; the processes may be dead by now. */
export function readState(dataDir: string): State | undefined {
  return readJson(paths.state(dataDir), stateSchema);
}

export function writeState(dataDir: string, state: State): void {
  writeJson(paths.state(dataDir), state);
}

export function removeState(dataDir: string): void {
  rmSync(paths.state(dataDir), { force: true });
}
