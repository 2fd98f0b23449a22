import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fromCache } from "../../scripts/stack/means/cache.ts";
import { invocation } from "../../scripts/stack/means/docker.ts";
import { findProgram } from "../../scripts/stack/means/find.ts";
import { onPath } from "../../scripts/stack/means/on-path.ts";
import type { Means, Search } from "../../scripts/stack/means/program.ts";
import { vendorRelease } from "../../scripts/stack/means/release.ts";
import { platform } from "../../scripts/stack/pins.ts";

const folder = mkdtempSync(path.join(tmpdir(), "jobengine-means-"));
const pathBefore = process.env["PATH"];
const lines: string[] = [];
const search: Search = { cacheDir: path.join(folder, "cache"), onLine: (line) => lines.push(line) };
const wanted = {
  id: "greeter-2.0",
  title: "Greeter",
  binaryName: "greeter",
  acceptVersion: (output: string) => /greeter (2\.\d+)/.exec(output)?.[1],
  help: "Install greeter 2.",
};

let server: Server;
let origin: string;
const served = new Map<string, Buffer>();

beforeAll(async () => {
  server = createServer((request, response) => {
    const body = served.get(request.url ?? "");
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => {
  lines.length = 0;
  rmSync(search.cacheDir, { recursive: true, force: true });
  process.env["PATH"] = pathBefore;
});

afterAll(async () => {
  process.env["PATH"] = pathBefore;
  rmSync(folder, { recursive: true, force: true });
  await new Promise((resolve) => server.close(resolve));
});

/** A program that says its version. */
function script(version: string): string {
  return `#!/bin/sh\necho greeter ${version}\n`;
}

/** A folder with a greeter, put in front of the PATH. */
function greeterOnPath(version: string): string {
  const place = mkdtempSync(path.join(folder, "bin-"));
  writeFileSync(path.join(place, "greeter"), script(version));
  chmodSync(path.join(place, "greeter"), 0o755);
  process.env["PATH"] = `${place}:${pathBefore}`;
  return path.join(place, "greeter");
}

/** An archive as a vendor publishes it, served under `/greeter.tar.gz`. */
function release(options: { readonly sha256?: string } = {}): Means {
  const place = mkdtempSync(path.join(folder, "release-"));
  mkdirSync(path.join(place, "greeter-2.0"));
  writeFileSync(path.join(place, "greeter-2.0", "greeter"), script("2.0"), { mode: 0o755 });
  execFileSync("tar", ["-czf", path.join(place, "archive"), "-C", place, "greeter-2.0"]);
  const archive = readFileSync(path.join(place, "archive"));
  served.set("/greeter.tar.gz", archive);
  const sha256 = options.sha256 ?? createHash("sha256").update(archive).digest("hex");
  return vendorRelease({
    [platform]: { url: `${origin}/greeter.tar.gz`, sha256, member: "greeter-2.0/greeter" },
  });
}

test("takes what lies on the PATH when it has the version that is needed", async () => {
  const binary = greeterOnPath("2.7");
  await expect(findProgram(wanted, [onPath()], search)).resolves.toEqual({
    binary,
    version: "2.7",
    means: "PATH",
  });
});

test("says that another version lies on the PATH and looks further", async () => {
  greeterOnPath("1.9");
  const found = await findProgram(wanted, [onPath(), release()], search);
  expect(found.version).toBe("2.0");
  expect(lines[0]).toMatch(/^Greeter: .*greeter has another version \(greeter 1\.9\), looking further$/);
});

test("keeps a release in the cache, where the next search finds it", async () => {
  const first = await findProgram(wanted, [fromCache, release()], search);
  expect(first.binary).toBe(path.join(search.cacheDir, "greeter-2.0", "greeter"));
  const second = await findProgram(wanted, [fromCache], search);
  expect(second).toMatchObject({ binary: first.binary, means: "cache" });
});

test("never unpacks a release with another digest and leaves nothing of it", async () => {
  const tampered = release({ sha256: "0".repeat(64) });
  await expect(findProgram(wanted, [tampered], search)).rejects.toThrow(
    /has the SHA-256 [0-9a-f]{64}, expected 0{64}/,
  );
  expect(existsSync(path.join(search.cacheDir, "greeter-2.0"))).toBe(false);
  expect(existsSync(path.join(search.cacheDir, "greeter-2.0.unfinished"))).toBe(false);
});

test("two searches at once fetch once", async () => {
  const means = [fromCache, release()];
  const found = await Promise.all([findProgram(wanted, means, search), findProgram(wanted, means, search)]);
  expect(found.map((one) => one.means).toSorted()).toEqual(["cache", expect.stringMatching(/^release from/)]);
});

test("what cannot be found is told with every reason and the step that would help", async () => {
  served.clear();
  const gone = vendorRelease({ [platform]: { url: `${origin}/gone`, sha256: "", member: "greeter" } });
  await expect(findProgram(wanted, [onPath(), fromCache, gone], search)).rejects.toThrow(
    /^Greeter was not found \(no greeter on the PATH; not in the cache; 127\.0\.0\.1:\d+ cannot be reached \(HTTP 404\)\)\. Install greeter 2\.$/,
  );
});

test("an aborted search stops with the reason", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await expect(findProgram(wanted, [onPath()], { ...search, signal })).rejects.toThrow("enough");
});

test("a program of an image runs under the same paths, and its secrets stay off the command line", () => {
  const program = { binary: "greeter", image: "greeter:2.0", version: "2.0", means: "Docker" };
  const tool = { binary: "greeter", args: ["--dir=/data/x"], environment: { KEY: "secret" } };
  const run = invocation(program, tool, { dataDir: "/data", containerName: "c", uid: 1, gid: 2 });
  expect(run.args).toEqual(expect.arrayContaining(["--volume=/data:/data", "--user=1:2", "--env=KEY"]));
  expect(run.args.slice(-3)).toEqual(["--entrypoint=greeter", "greeter:2.0", "--dir=/data/x"]);
  expect(run.args.join(" ")).not.toContain("secret");
});
