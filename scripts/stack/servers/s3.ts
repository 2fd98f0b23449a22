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
import type { Place, Server } from "./server.ts";

const wanted = {
  id: `versitygw-${versions.versitygw}`,
  title: "S3 (versitygw)",
  binaryName: "versitygw",
  acceptVersion: parseVersitygwVersion,
  help: `This would help: go install ${goPackages.versitygw}, with Go from https://go.dev/dl.`,
};

/** An S3 server over a plain folder; tests hold the `s3` blob store against it. */
export const s3: Server = {
  name: "s3",
  title: wanted.title,
  portNames: ["s3"],
  addressVariable: "JOBENGINE_S3_ENDPOINT",

  find: (search) =>
    findProgram(
      wanted,
      [
        onPath(),
        fromCache,
        vendorRelease(releases.versitygw),
        goInstall(goPackages.versitygw),
        dockerImage(images.versitygw),
      ],
      search,
    ),

  async prepare(place) {
    mkdirSync(bucketFolder(place), { recursive: true });
  },

  plan(place, program) {
    const environment = {
      ROOT_ACCESS_KEY: place.secrets.s3AccessKey,
      ROOT_SECRET_KEY: place.secrets.s3SecretKey,
    };
    const run = invocation(
      program,
      {
        binary: program.binary,
        args: [
          "--port",
          `127.0.0.1:${place.ports["s3"]}`,
          "--health",
          "/health",
          "posix",
          bucketFolder(place),
        ],
        environment,
      },
      { dataDir: place.dataDir, containerName: containerName(place, "s3"), ...ownIds() },
    );
    return { ...run, env: environment, stopSignal: "SIGTERM" };
  },

  address: ({ ports }) => `http://127.0.0.1:${ports["s3"]}`,

  async check(address) {
    const response = await fetch(new URL("/health", address), { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    if (response.status >= 500) throw new Error(`HTTP ${response.status}`);
  },
};

/** Reads `Version  : v1.8.0`; a build by `go install` says `git`, which only our own cache holds. */
export function parseVersitygwVersion(output: string): string | undefined {
  const version = /Version\s*:\s*(?:v(1\.[\d.]+)|(git))/.exec(output);
  if (version === null) return undefined;
  return version[1] ?? versions.versitygw;
}

function bucketFolder(place: Place): string {
  return path.join(paths.part(place.dataDir, "s3"), "buckets");
}
