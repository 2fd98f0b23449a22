import { fileURLToPath } from "node:url";
import type { Contender } from "../contender.ts";
import { buildGo, installNodePeers, makePythonEnvironment, pythonSdk } from "../toolchains.ts";
import { asynq } from "./asynq.ts";
import { bullMq } from "./bullmq.ts";
import { celery } from "./celery.ts";
import { jobEngine } from "./jobengine.ts";

/** A peer and our worker of the same language; either may be missing on this machine. */
export interface Pair {
  readonly ours: Contender | undefined;
  readonly peer: Contender | undefined;
  /** How many times as fast as the peer ours is meant to be. */
  readonly target: number;
}

/** Everybody who can take part on this machine. The scale multiplies how many jobs a round has. */
export async function findContenders(scratch: string, scale: number) {
  const size = (jobs: number) => Math.max(500, Math.round(jobs * scale));
  const modules = await installNodePeers();
  const python = await makePythonEnvironment();
  const goWorker = await buildGo("workers/go", scratch);
  const asynqProgram = await buildGo("peers/asynq", scratch);

  const typescript = jobEngine({
    language: "TypeScript",
    slots: 200,
    jobs: size(100_000),
    plan: { command: process.execPath, args: [program("noop-jobengine.ts")], env: {} },
  });
  const go =
    goWorker === undefined
      ? undefined
      : jobEngine({
          language: "Go",
          slots: 200,
          jobs: size(100_000),
          plan: { command: goWorker, args: [], env: {} },
        });
  const env = { PYTHONPATH: pythonSdk, PYTHONDONTWRITEBYTECODE: "1" };
  const ownPython =
    python === undefined
      ? undefined
      : jobEngine({
          language: "Python",
          slots: 200,
          jobs: size(50_000),
          plan: { command: python, args: [program("noop_jobengine.py")], env },
        });
  const pairs = {
    typescript: {
      ours: typescript,
      peer: modules === undefined ? undefined : bullMq(modules, size(40_000)),
      target: 5,
    },
    go: {
      ours: go,
      peer: asynqProgram === undefined ? undefined : asynq(asynqProgram, size(40_000)),
      target: 5,
    },
    python: {
      ours: ownPython,
      peer: python === undefined ? undefined : celery(python, size(5_000)),
      target: 10,
    },
  } satisfies Record<string, Pair>;
  return { pairs, modules };
}

function program(name: string): string {
  return fileURLToPath(import.meta.resolve(`../workers/${name}`));
}
