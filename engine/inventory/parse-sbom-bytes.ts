import { type DomainError, invalidField } from "../../model/errors.ts";
import { parseSbom } from "../../model/sboms/parse-sbom.ts";
import type { Sbom } from "../../model/sboms/sbom.ts";
import { readJson } from "../../platform/http/json-body.ts";

/** Components may be nested 32 deep, each in a list and an object; what is not read may be deeper. */
const maxJsonDepth = 512;

/** An index row holds 2,704 bytes, the tenant and a component's number included. */
const purlMaxBytes = 2_048;

/** What storing needs of an SBOM: its facts, and its package URLs as written, trimmed, sorted, each once. */
export interface ParsedSbom extends Omit<Sbom, "components" | "subject"> {
  readonly purls: readonly string[];
}

/**
 * Reads the bytes of an SBOM.
 * @throws DomainError `bad_request` when they are no JSON or nested without end, `invalid` with the places of what is wrong in it.
 */
export function parseSbomBytes(bytes: Uint8Array): ParsedSbom {
  const { subject: _, components, ...facts } = parseSbom(readJson(bytes, maxJsonDepth).value);
  const purls = new Set<string>();
  for (const component of components) {
    const purl = component.purl?.trim();
    if (purl === undefined) continue;
    if (Buffer.byteLength(purl) > purlMaxBytes) throw tooLong(component.name, component.ref);
    purls.add(purl);
  }
  return { ...facts, purls: [...purls].sort() };
}

function tooLong(name: string, ref: string | undefined): DomainError {
  const component = JSON.stringify(name.slice(0, 100)) + (ref === undefined ? "" : ` (${ref.slice(0, 100)})`);
  return invalidField("components", `the purl of ${component} is longer than ${purlMaxBytes} bytes`);
}
