import { lastLines, runCommand } from "../run-command.ts";
import { which } from "./on-path.ts";
import type { Means, Program } from "./program.ts";

/** An image, when a Docker engine answers. It is pulled here, so that starting it later takes no minutes. */
export function dockerImage(image: string): Means {
  return async (wanted, search) => {
    const docker = which("docker");
    if (docker === undefined) return { why: "no Docker" };
    const engine = await runCommand({
      command: docker,
      args: ["version", "--format", "{{.Server.Version}}"],
      signal: search.signal,
      timeoutMs: 10_000,
    });
    if (engine.code !== 0) return { why: "no Docker engine answers" };
    search.onLine(`${wanted.title}: pulling the image ${image}`);
    const pulled = await runCommand({
      command: docker,
      args: ["pull", "--quiet", image],
      signal: search.signal,
      timeoutMs: 10 * 60_000,
    });
    if (pulled.code !== 0) return { why: `docker pull failed: ${lastLines(pulled.output, 1)}` };
    return {
      binary: wanted.binaryName,
      image,
      version: image.split(":")[1] ?? image,
      means: `Docker ${image}`,
    };
  };
}

/** A command line of a program, and how it becomes one of `docker run` when the program is an image. */
export interface Invocation {
  readonly command: string;
  readonly args: readonly string[];
  readonly container?: string;
}

/**
 * The command line that runs a tool of `program`. In a container it runs on the host's network and sees the
 * data folder under its own path, as the same user: so its arguments are the same.
 */
export function invocation(
  program: Program,
  tool: {
    readonly binary: string;
    readonly args: readonly string[];
    readonly environment?: Readonly<Record<string, string>>;
  },
  place: {
    readonly dataDir: string;
    readonly containerName: string;
    readonly uid: number;
    readonly gid: number;
  },
): Invocation {
  if (program.image === undefined) return { command: tool.binary, args: tool.args };
  const environment = Object.keys(tool.environment ?? {}).map((name) => `--env=${name}`);
  const people = ["/etc/passwd", "/etc/group"].map((file) => `--volume=${file}:${file}:ro`);
  return {
    command: "docker",
    container: place.containerName,
    args: [
      "run",
      "--rm",
      "--init",
      "--network=host",
      "--shm-size=256m",
      `--name=${place.containerName}`,
      `--user=${place.uid}:${place.gid}`,
      `--volume=${place.dataDir}:${place.dataDir}`,
      ...people,
      ...environment,
      `--entrypoint=${tool.binary}`,
      program.image,
      ...tool.args,
    ],
  };
}
