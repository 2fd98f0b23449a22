import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { DomainError } from "../../../model/errors.ts";
import { parseSbom } from "../../../model/sboms/parse-sbom.ts";
import type { SbomComponent } from "../../../model/sboms/sbom.ts";
import type { FleetImage } from "../fleet/fleet-image.ts";

/** One image for each file, named after the subject of its SBOM, else after the file. A file given twice counts once. */
export function readSbomFiles(files: readonly string[]): FleetImage[] {
  const images = new Map<string, FleetImage>();
  for (const file of files) {
    const text = readFileSync(file, "utf8");
    const digest = `sha256:${hash("sha256", text, "hex")}`;
    const { subject } = readDocument(text, file);
    images.set(digest, {
      digest,
      repository: repositoryName(subject, file),
      namespace: "own",
      tags: tagsOf(subject),
      labels: {},
      sbom: text,
    });
  }
  return [...images.values()];
}

function readDocument(text: string, file: string): { subject: SbomComponent | undefined } {
  try {
    return parseSbom(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) throw new Error(`${file} is not JSON.`, { cause: error });
    if (error instanceof DomainError) throw new Error(`${file}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** In the alphabet of repositories: what does not fit becomes a dash. */
export function repositoryName(subject: { readonly name: string } | undefined, file: string): string {
  const fileName = path.basename(file).replace(/(\.cdx|\.spdx)?\.json$/i, "");
  for (const name of [subject?.name ?? "", fileName]) {
    const fitting = name
      .replaceAll(/[^A-Za-z0-9._:/-]+/g, "-")
      .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "");
    if (fitting !== "") return fitting.slice(0, 200).replaceAll(/[^A-Za-z0-9]+$/g, "");
  }
  return "unnamed";
}

function tagsOf(subject: SbomComponent | undefined): string[] {
  const tag = (subject?.version ?? "").replaceAll(/[^A-Za-z0-9._-]+/g, "-").slice(0, 128);
  return /^[A-Za-z0-9_]/.test(tag) ? [tag] : [];
}
