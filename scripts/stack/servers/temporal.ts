import { mkdirSync } from "node:fs";
import path from "node:path";
import { paths } from "../data-folder.ts";
import { fromCache } from "../means/cache.ts";
import { dockerImage, invocation } from "../means/docker.ts";
import { findProgram } from "../means/find.ts";
import { goInstall } from "../means/go-install.ts";
import { onPath } from "../means/on-path.ts";
import { vendorRelease } from "../means/release.ts";
import { goPackages, images, releases, versions } from "../pins.ts";
import { containerName, ownIds } from "./container.ts";
import type { Server } from "./server.ts";

const wanted = {
  id: `temporal-${versions.temporalCli}`,
  title: "Temporal",
  binaryName: "temporal",
  acceptVersion: parseTemporalVersion,
  help: "This would help: curl -sSf https://temporal.download/cli.sh | sh, with ~/.temporalio/bin on the PATH.",
};

/** How runs are found in the Temporal UI; the names are shared by all workflows, since slots are few. */
export const searchAttributes = ["JeTenant", "JeSchedule", "JeRunState", "JeTrigger", "JeMode"] as const;

/** Durable timers fire within this time after their instant; the server's default is a second. */
export const timerShift = 'history.timerProcessorMaxTimeShift="100ms"';

/** Temporal's development server on SQLite, with its UI. */
export const temporal: Server = {
  name: "temporal",
  title: wanted.title,
  portNames: ["temporal", "temporal-ui"],
  addressVariable: "JOBENGINE_TEMPORAL_ADDRESS",

  find: (search) =>
    findProgram(
      wanted,
      [
        onPath(),
        fromCache,
        vendorRelease(releases.temporal),
        goInstall(goPackages.temporal),
        dockerImage(images.temporal),
      ],
      search,
    ),

  async prepare(place) {
    mkdirSync(paths.part(place.dataDir, "temporal"), { recursive: true });
  },

  plan(place, program) {
    const args = [
      "server",
      "start-dev",
      "--ip=127.0.0.1",
      "--log-level=warn",
      `--port=${place.ports["temporal"]}`,
      `--ui-port=${place.ports["temporal-ui"]}`,
      `--db-filename=${path.join(paths.part(place.dataDir, "temporal"), "temporal.db")}`,
      `--dynamic-config-value=${timerShift}`,
      ...searchAttributes.map((name) => `--search-attribute=${name}=Keyword`),
    ];
    const run = invocation(
      program,
      { binary: program.binary, args },
      { dataDir: place.dataDir, containerName: containerName(place, "temporal"), ...ownIds() },
    );
    return { ...run, stopSignal: "SIGTERM" };
  },

  address: ({ ports }) => `127.0.0.1:${ports["temporal"]}`,

  async check(address) {
    const { Connection } = await import("@temporalio/client");
    const connection = await Connection.connect({ address, connectTimeout: 2_000 });
    try {
      await connection.withDeadline(Date.now() + 3_000, async () => {
        await connection.workflowService.describeNamespace({ namespace: "default" });
        const known = await connection.operatorService.listSearchAttributes({ namespace: "default" });
        const missing = searchAttributes.find((name) => !(name in known.customAttributes));
        if (missing !== undefined) {
          throw new Error(
            `search attribute ${missing} is missing: temporal operator search-attribute create --name ${missing} --type Keyword`,
          );
        }
      });
    } finally {
      await connection.close();
    }
  },
};

/** Reads `Server 1.29.1`, the server inside the CLI, when it is new enough. */
export function parseTemporalVersion(output: string): string | undefined {
  const version = /Server (\d+)\.(\d+)\.(\d+)/.exec(output)?.slice(1).map(Number);
  const [major, minor] = versions.temporalServer.split(".").map(Number);
  if (version === undefined || minor === undefined) return undefined;
  const isNewEnough = version[0] === major && (version[1] ?? 0) >= minor;
  return isNewEnough ? version.join(".") : undefined;
}
