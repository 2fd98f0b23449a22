import { hash } from "node:crypto";
import { parseSbom } from "../../../model/sboms/parse-sbom.ts";
import { runCommand } from "../../stack/run-command.ts";
import { projectRoot } from "../../stack/roles/role.ts";
import type { FleetImage } from "../fleet/fleet-image.ts";

const timeoutMs = 20_000;

/** This project's own dependency tree as npm tells it, as one more image; a text says why there is none. */
export async function ownImage(signal: AbortSignal): Promise<FleetImage | string> {
  try {
    const { code, stdout, output } = await runCommand({
      command: "npm",
      args: ["sbom", "--sbom-format", "cyclonedx"],
      cwd: projectRoot,
      signal,
      timeoutMs,
    });
    if (code !== 0) return `npm sbom ended with ${code ?? "a signal"}: ${output.trim().split("\n").at(-1)}`;
    parseSbom(JSON.parse(stdout));
    return {
      digest: `sha256:${hash("sha256", stdout, "hex")}`,
      repository: "registry.example.com/jobengine/jobengine",
      namespace: "jobengine",
      tags: ["latest"],
      labels: { stack: "node" },
      sbom: stdout,
    };
  } catch (error) {
    if (signal.aborted) throw error;
    return `npm sbom: ${error instanceof Error ? error.message : String(error)}`;
  }
}
