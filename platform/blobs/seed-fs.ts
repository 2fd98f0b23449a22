import { constants } from "node:fs";
import { access, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { notFound } from "../../model/errors.ts";
import { blobName, digestOfName, tenantSegment } from "./blob-name.ts";
import type { BlobFacts, BlobStore } from "./blob-store.ts";
import { checkDigest } from "./digest-stream.ts";
import { renameDurably } from "./durable-file.ts";
import { clearAbandoned, spool } from "./spool.ts";

/**
 * Blobs as files: `<dir>/<tenant>/sha256/ab/cd/abcd…`. A blob is written to a temporary file, synced, then renamed,
 * and its folder synced: it is there whole or not at all, also after a power cut. Creates the folder, removes
 * temporary files of processes that died.
 */
export async function createSeedFsBlobStore(dir: string): Promise<BlobStore> {
  // No tenant's id starts with a dot.
  const temporary = join(dir, ".tmp");
  await clearAbandoned(temporary);
  const pathOf = (tenant: string, digest: string) => join(dir, tenantSegment(tenant), blobName(digest));
  const head = async (tenant: string, digest: string): Promise<BlobFacts | undefined> => {
    const state = await orUndefined(stat(pathOf(tenant, digest)));
    return state?.isFile() === true ? { digest, bytes: state.size } : undefined;
  };
  return {
    head,
    async put(tenant, source, { maxBytes }) {
      tenantSegment(tenant);
      const { path, ...facts } = await spool(temporary, source, maxBytes);
      const known = await head(tenant, facts.digest);
      if (known?.bytes === facts.bytes) await rm(path, { force: true });
      else await renameDurably(path, pathOf(tenant, facts.digest));
      return facts;
    },
    async get(tenant, digest) {
      const path = pathOf(tenant, digest);
      if ((await head(tenant, digest)) === undefined) throw notFound("blob", digest);
      // Opened here: what `createReadStream` cannot open it tells by an event, for which nobody listens yet.
      const file = await orUndefined(open(path));
      if (file === undefined) throw notFound("blob", digest);
      return checkDigest(file.createReadStream(), tenant, digest);
    },
    async delete(tenant, digest) {
      await rm(pathOf(tenant, digest), { force: true });
    },
    list: (tenant) => listFiles(join(dir, tenantSegment(tenant))),
    check: () => access(temporary, constants.R_OK | constants.W_OK),
  };
}

async function* listFiles(root: string): AsyncGenerator<BlobFacts, void, undefined> {
  for (const first of await namesIn(join(root, "sha256"))) {
    for (const second of await namesIn(join(root, "sha256", first))) {
      for (const name of await namesIn(join(root, "sha256", first, second))) {
        const digest = digestOfName(`sha256/${first}/${second}/${name}`);
        const state = await orUndefined(stat(join(root, "sha256", first, second, name)));
        if (digest !== undefined && state !== undefined) yield { digest, bytes: state.size };
      }
    }
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return (await orUndefined(readdir(folder))) ?? [];
}

/** Undefined for what does not exist; every other error stands. */
async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
