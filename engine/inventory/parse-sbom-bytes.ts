import { parseSbom } from "../../model/sboms/parse-sbom.ts";
import type { Sbom } from "../../model/sboms/sbom.ts";
import { readJson } from "../../platform/http/json-body.ts";

/** Components may be nested 32 deep, each in a list and an object; what is not read may be deeper. */
const maxJsonDepth = 512;

/** What storing needs of an SBOM: its facts, and its package URLs, sorted, each once. */
export interface ParsedSbom extends Omit<Sbom, "components" | "subject"> {
  readonly purls: readonly string[];
}

/**
 * Reads the bytes of an SBOM.
 * @throws DomainError `bad_request` when they are no JSON or nested without end,
 * `invalid` with the places of what is wrong in it.
 */
export function parseSbomBytes(bytes: Uint8Array): ParsedSbom {
  const { subject: _, components, ...facts } = parseSbom(readJson(bytes, maxJsonDepth).value);
  return { ...facts, purls: components.flatMap(({ purl }) => purl ?? []) };
}
