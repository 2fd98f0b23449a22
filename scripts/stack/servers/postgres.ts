import { chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Client } from "pg";
import { paths } from "../data-folder.ts";
import { aptPackage } from "../means/apt.ts";
import { dockerImage, invocation } from "../means/docker.ts";
import { findProgram } from "../means/find.ts";
import { npmPostgres } from "../means/npm-postgres.ts";
import { onPath } from "../means/on-path.ts";
import type { Program } from "../means/program.ts";
import { images, versions } from "../pins.ts";
import { mustRun } from "../run-command.ts";
import { containerName } from "./container.ts";
import { clearStalePidFile } from "./postmaster-pid.ts";
import { postgresUser } from "./postgres-user.ts";
import type { LaunchPlan, Place, Server } from "./server.ts";

const debianFolder = `/usr/lib/postgresql/${versions.postgresMajor}/bin`;

const wanted = {
  id: `postgresql-${versions.postgresMajor}`,
  title: "PostgreSQL",
  binaryName: "postgres",
  acceptVersion: parsePostgresVersion,
  help: "This would help: npm ci, with install scripts allowed (npm config get ignore-scripts).",
};

/** PostgreSQL: the truth. UTF-8, locale C, scram passwords, the loopback only, no Unix socket. */
export const postgres: Server = {
  name: "postgres",
  title: wanted.title,
  portNames: ["postgres"],
  addressVariable: "JOBENGINE_DATABASE_ADMIN_URL",

  find: (search) =>
    findProgram(
      wanted,
      [
        npmPostgres,
        onPath([debianFolder]),
        aptPackage(`postgresql-${versions.postgresMajor}`, versions.postgresMajor, [debianFolder]),
        dockerImage(images.postgres),
      ],
      search,
    ),

  async prepare(place, program) {
    if (existsSync(path.join(clusterFolder(place), "PG_VERSION"))) {
      return clearStalePidFile(clusterFolder(place), place.signal);
    }
    const folder = paths.part(place.dataDir, "postgres");
    mkdirSync(folder, { recursive: true });
    const user = postgresUser(folder, program);
    if (user !== undefined) chownSync(folder, user.uid, user.gid);
    // initdb works in a folder of its own: one that was interrupted is never taken for a cluster.
    const unfinished = path.join(folder, "unfinished");
    const passwordFile = path.join(folder, "password");
    rmSync(unfinished, { recursive: true, force: true });
    rmSync(passwordFile, { force: true });
    writeFileSync(passwordFile, place.secrets.postgresAdmin, { mode: 0o600 });
    if (user !== undefined) chownSync(passwordFile, user.uid, user.gid);
    try {
      await mustRun({
        ...tool(place, program, "initdb", [
          `--pgdata=${unfinished}`,
          `--pwfile=${passwordFile}`,
          "--username=postgres",
          "--auth=scram-sha-256",
          "--encoding=UTF8",
          "--locale=C",
          "--no-instructions",
          ...(place.isThrowaway ? ["--no-sync"] : []),
        ]),
        signal: place.signal,
        timeoutMs: 120_000,
      });
      renameSync(unfinished, clusterFolder(place));
    } finally {
      rmSync(passwordFile, { force: true });
      rmSync(unfinished, { recursive: true, force: true });
    }
  },

  plan(place, program) {
    const careless = ["--fsync=off", "--synchronous_commit=off", "--full_page_writes=off"];
    const launch = tool(place, program, "postgres", [
      "-D",
      clusterFolder(place),
      `--port=${place.ports["postgres"]}`,
      "--listen_addresses=127.0.0.1",
      "--unix_socket_directories=",
      "--max_connections=200",
      "--timezone=UTC",
      "--log_timezone=UTC",
      ...(place.isThrowaway ? careless : []),
    ]);
    // SIGINT is its fast shutdown; SIGTERM would wait for every client to leave.
    return { ...launch, stopSignal: "SIGINT" };
  },

  address: ({ ports, secrets }) =>
    `postgres://postgres:${secrets.postgresAdmin}@127.0.0.1:${ports["postgres"]}/postgres`,

  async check(address) {
    const client = new Client({
      connectionString: address,
      connectionTimeoutMillis: 2_000,
      query_timeout: 2_000,
    });
    client.on("error", () => {}); // A server that goes away while we ask is reported by the query.
    try {
      await client.connect();
      await client.query("select 1");
    } finally {
      await client.end().catch(() => {});
    }
  },
};

/** Reads `postgres (PostgreSQL) 18.4` when the major version is ours. */
export function parsePostgresVersion(output: string): string | undefined {
  const version = /\(PostgreSQL\) (\d+)\.(\d+)/.exec(output);
  if (version === null || Number(version[1]) !== versions.postgresMajor) return undefined;
  return `${version[1]}.${version[2]}`;
}

function clusterFolder(place: Place): string {
  return path.join(paths.part(place.dataDir, "postgres"), "data");
}

/** How one of PostgreSQL's programs is run, as a user that it accepts. */
function tool(
  place: Place,
  program: Program,
  name: string,
  args: readonly string[],
): Omit<LaunchPlan, "stopSignal"> {
  const user = postgresUser(paths.part(place.dataDir, "postgres"), program);
  const uid = user?.uid ?? process.getuid?.() ?? 0;
  const gid = user?.gid ?? process.getgid?.() ?? 0;
  const binary = program.image === undefined ? path.join(path.dirname(program.binary), name) : name;
  const run = invocation(
    program,
    { binary, args },
    { dataDir: place.dataDir, containerName: containerName(place, name), uid, gid },
  );
  const env = { LC_ALL: "C" };
  if (user === undefined || program.image !== undefined) return { ...run, env };
  if (user.switcher.length === 0) return { ...run, env, uid, gid };
  const [switcher = "setpriv", ...switcherArgs] = user.switcher;
  return { command: switcher, args: [...switcherArgs, run.command, ...run.args], env };
}
