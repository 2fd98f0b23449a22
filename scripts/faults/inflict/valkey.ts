import { cp, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { paths } from "../../stack/data-folder.ts";
import type { World } from "../world.ts";

/** FLUSHALL, as a hand slips. */
export async function flushValkey(world: World): Promise<void> {
  const valkey = new Redis(world.stack.valkeyUrl, { lazyConnect: true, maxRetriesPerRequest: 0 });
  valkey.on("error", () => undefined); // The rejected promise says it.
  try {
    await valkey.connect();
    await valkey.flushall();
  } finally {
    valkey.disconnect();
  }
}

/** A crash after which the append-only file is there, up to a second short. */
export async function killValkey(world: World): Promise<void> {
  await world.kill("valkey");
  await world.revive();
}

/** A crash after which the disk is empty. */
export async function emptyValkey(world: World): Promise<void> {
  await world.kill("valkey");
  await rm(appendOnlyFolder(world), { recursive: true, force: true });
  await world.revive();
}

/** A restore: the file is the one of `lengthMs` ago, and everything since is unknown to it. */
export async function ageValkey(world: World, lengthMs: number, signal: AbortSignal): Promise<void> {
  const folder = appendOnlyFolder(world);
  const image = `${folder}-image`;
  await rm(image, { recursive: true, force: true });
  // Stopped while it is copied: the image is one of an instant.
  const { pid } = world.part("valkey");
  process.kill(pid, "SIGSTOP");
  try {
    await cp(folder, image, { recursive: true });
  } finally {
    process.kill(pid, "SIGCONT");
  }
  await sleep(lengthMs, undefined, { signal }).catch(() => undefined);
  await world.kill("valkey");
  await rm(folder, { recursive: true, force: true });
  await cp(image, folder, { recursive: true });
  await world.revive();
}

function appendOnlyFolder({ dataDir }: World): string {
  return path.join(paths.part(dataDir, "valkey"), "appendonlydir");
}
