import type { Problems } from "./problems.ts";
import { isObject, type JsonObject, readPurlText, readText } from "./read-text.ts";
import type { SbomComponent, SbomLimits } from "./sbom.ts";

/** Tools write the short name or, as the examples of SPDX 2.2 do, its address. */
const purlReferenceTypes: ReadonlySet<unknown> = new Set(["purl", "http://spdx.org/rdf/references/purl"]);

/**
 * What is read of an SPDX 2 document. A package with several purls becomes a component for each. When the
 * document describes exactly one package, that is the subject and no component, as in CycloneDX.
 */
export function readSpdx(
  document: JsonObject,
  limits: SbomLimits,
  problems: Problems,
): { subject: SbomComponent | undefined; components: SbomComponent[] } {
  const components: SbomComponent[] = [];
  const packages = readList(document["packages"], "packages", problems);
  const describedRef = onlyDescribed(document);
  let subject: SbomComponent | undefined;
  for (const [index, value] of packages.entries()) {
    const found = readPackage(value, `packages[${index}]`, limits, problems);
    const [first] = found;
    if (first?.ref !== undefined && first.ref === describedRef) subject ??= first;
    else components.push(...found);
    if (components.length > limits.maxComponents) {
      problems.add("packages", `there are more than ${limits.maxComponents} components`);
      break;
    }
  }
  return { subject, components };
}

function readPackage(value: unknown, path: string, limits: SbomLimits, problems: Problems): SbomComponent[] {
  if (!isObject(value)) {
    problems.add(path, "must be an object");
    return [];
  }
  const name = readText(value["name"], `${path}.name`, limits.maxTextLength, problems);
  if (value["name"] === undefined || value["name"] === null) problems.add(`${path}.name`, "is missing");
  const shared = {
    name: name ?? "",
    version: readText(value["versionInfo"], `${path}.versionInfo`, limits.maxTextLength, problems),
    ref: readText(value["SPDXID"], `${path}.SPDXID`, limits.maxTextLength, problems),
  };
  const purls = readPurls(value["externalRefs"], `${path}.externalRefs`, limits, problems);
  if (purls.length === 0) return [{ purl: undefined, ...shared }];
  return purls.map((purl) => ({ purl, ...shared }));
}

function readPurls(value: unknown, path: string, limits: SbomLimits, problems: Problems): string[] {
  const purls: string[] = [];
  for (const [index, ref] of readList(value, path, problems).entries()) {
    if (!isObject(ref)) {
      problems.add(`${path}[${index}]`, "must be an object");
    } else if (purlReferenceTypes.has(ref["referenceType"])) {
      const place = `${path}[${index}].referenceLocator`;
      const purl = readPurlText(ref["referenceLocator"], place, limits.maxPurlBytes, problems);
      if (purl !== undefined) purls.push(purl);
    }
  }
  return purls;
}

/** The one package that the document describes, by `documentDescribes` or a DESCRIBES relationship. */
function onlyDescribed(document: JsonObject): string | undefined {
  const described = new Set<unknown>(listOrEmpty(document["documentDescribes"]));
  for (const relationship of listOrEmpty(document["relationships"])) {
    if (!isObject(relationship)) continue;
    const { relationshipType, spdxElementId, relatedSpdxElement } = relationship;
    if (relationshipType === "DESCRIBES" && spdxElementId === "SPDXRef-DOCUMENT")
      described.add(relatedSpdxElement);
    if (relationshipType === "DESCRIBED_BY" && relatedSpdxElement === "SPDXRef-DOCUMENT")
      described.add(spdxElementId);
  }
  const [only] = described;
  return described.size === 1 && typeof only === "string" ? only : undefined;
}

function readList(value: unknown, path: string, problems: Problems): readonly unknown[] {
  if (value !== undefined && value !== null && !Array.isArray(value)) problems.add(path, "must be a list");
  return listOrEmpty(value);
}

function listOrEmpty(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
