import { createWriteStream, renameSync } from "node:fs";
import path from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { platform, type Release } from "../pins.ts";
import { lastLines, runCommand } from "../run-command.ts";
import { fetchIntoCache } from "./cache.ts";
import { fileSha256 } from "./digest.ts";
import type { Means } from "./program.ts";

/** A machine without internet must learn so in seconds, a slow line may take its minutes. */
const answerTimeoutMs = 5_000;
const downloadTimeoutMs = 5 * 60_000;
const maxArchiveBytes = 400_000_000;

/** The vendor's own build for this platform, checked against the pinned digest before it is unpacked. */
export function vendorRelease(releases: Readonly<Record<string, Release>>): Means {
  const release = releases[platform];
  if (release === undefined) {
    return () => Promise.resolve({ why: `no pinned vendor build for ${platform}` });
  }
  const { host } = new URL(release.url);
  return fetchIntoCache(`release from ${host}`, async (wanted, search, folder) => {
    search.onLine(`${wanted.title}: downloading ${release.url}`);
    const archive = path.join(folder, "archive.tar.gz");
    try {
      await download(release.url, archive, search.signal);
    } catch (error) {
      search.signal?.throwIfAborted();
      return { why: `${host} cannot be reached (${shortReason(error)})` };
    }
    const digest = await fileSha256(archive);
    if (digest !== release.sha256) {
      return { why: `${release.url} has the SHA-256 ${digest}, expected ${release.sha256}` };
    }
    const unpacked = await runCommand({
      command: "tar",
      args: ["-xzf", archive, "-C", folder, release.member],
      signal: search.signal,
      timeoutMs: 60_000,
    });
    if (unpacked.code !== 0) return { why: `tar failed: ${lastLines(unpacked.output, 2)}` };
    if (release.member !== wanted.binaryName) {
      renameSync(path.join(folder, release.member), path.join(folder, wanted.binaryName));
    }
    return undefined;
  });
}

async function download(url: string, file: string, signal: AbortSignal | undefined): Promise<void> {
  const answer = new AbortController();
  const timer = setTimeout(
    () => answer.abort(new Error(`no answer within ${answerTimeoutMs / 1000} s`)),
    answerTimeoutMs,
  );
  const stop = AbortSignal.any([
    answer.signal,
    AbortSignal.timeout(downloadTimeoutMs),
    ...(signal === undefined ? [] : [signal]),
  ]);
  try {
    const response = await fetch(url, { signal: stop });
    clearTimeout(timer);
    if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
    const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
    await pipeline(body, atMost(maxArchiveBytes), createWriteStream(file), { signal: stop });
  } finally {
    clearTimeout(timer);
  }
}

function atMost(bytes: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      done(seen > bytes ? new Error(`larger than ${bytes} bytes`) : null, chunk);
    },
  });
}

function shortReason(error: unknown): string {
  if (!(error instanceof Error)) return "unknown reason";
  const { cause } = error;
  return cause instanceof Error ? ("code" in cause && String(cause.code)) || cause.message : error.message;
}
