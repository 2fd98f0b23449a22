import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Program } from "../means/program.ts";
import { StackError } from "../stack-error.ts";

/** Whom PostgreSQL runs as, since it refuses to run as root. */
export interface PostgresUser {
  readonly uid: number;
  readonly gid: number;
  /** A command to put in front of PostgreSQL's; empty when switching the user is enough. */
  readonly switcher: readonly string[];
}

/**
 * Whom to run PostgreSQL as: `undefined` (ourselves) unless we are root. As root it is the user `postgres`,
 * or `nobody` where there is none. That user may be unable to enter the folders above (a home such as
 * /root is closed to others); it is then given the one capability that lets it pass, and stays non-root.
 */
export function postgresUser(folder: string, program: Program): PostgresUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const passwd = readFileSync("/etc/passwd", "utf8");
  const { uid, gid } = findUser(passwd, "postgres") ??
    findUser(passwd, "nobody") ?? { uid: 65534, gid: 65534 };
  if (program.image !== undefined) return { uid, gid, switcher: [] };

  const canUse = ["-c", 'cd "$0" && test -x "$1"', folder, program.binary];
  if (spawnSync("/bin/sh", canUse, { uid, gid, cwd: "/", stdio: "ignore" }).status === 0) {
    return { uid, gid, switcher: [] };
  }
  const switcher = [
    "setpriv",
    `--reuid=${uid}`,
    `--regid=${gid}`,
    "--clear-groups",
    "--no-new-privs",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
  ];
  const [command = "setpriv", ...args] = switcher;
  if (spawnSync(command, [...args, "/bin/sh", ...canUse], { cwd: "/", stdio: "ignore" }).status === 0) {
    return { uid, gid, switcher };
  }
  throw new StackError(
    `PostgreSQL does not run as root, and uid ${uid} cannot enter ${folder}. Run as another user, or choose an open folder: --data-dir /var/tmp/jobengine`,
  );
}

/** The ids of a user in the text of /etc/passwd. */
export function findUser(passwd: string, name: string): { uid: number; gid: number } | undefined {
  const line = passwd.split("\n").find((candidate) => candidate.startsWith(`${name}:`));
  const fields = line?.split(":");
  if (fields === undefined) return undefined;
  const [uid, gid] = [Number(fields[2]), Number(fields[3])];
  return Number.isInteger(uid) && Number.isInteger(gid) ? { uid, gid } : undefined;
}
