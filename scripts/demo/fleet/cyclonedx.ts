import type { PurlParts } from "../../../model/purl/format.ts";
import { formatPurl } from "../../../model/purl/format.ts";

export interface Subject {
  readonly name: string;
  readonly version: string;
}

/** A CycloneDX document of a container image: a component for each package, in the order given. */
export function cycloneDxDocument(
  specVersion: "1.5" | "1.6",
  subject: Subject,
  packages: readonly PurlParts[],
): string {
  const components = packages.map((parts) => {
    const purl = formatPurl(parts);
    return {
      type: "library",
      "bom-ref": purl,
      ...(parts.namespace == null || parts.type === "deb" || parts.type === "apk"
        ? {}
        : { group: parts.namespace }),
      name: parts.name,
      version: parts.version,
      purl,
    };
  });
  const document = {
    bomFormat: "CycloneDX",
    specVersion,
    version: 1,
    metadata: { component: { type: "container", "bom-ref": "image", ...subject } },
    components,
  };
  return `${JSON.stringify(document)}\n`;
}
