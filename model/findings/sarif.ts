import { compareText } from "../versions/digits.ts";
import type { SeverityLevel } from "../advisories/severity.ts";
import type { FindingsCoverage, FindingView } from "./finding-view.ts";

/** What a SARIF file says beside its findings. */
export interface SarifFacts {
  /** Version of the tool, as in its package. */
  readonly toolVersion: string;
  readonly coverage: FindingsCoverage;
  /** True when there are more findings than the file holds; it then holds the worst. */
  readonly isTruncated: boolean;
  /** The instant in the past that was asked for. */
  readonly asOf?: string | undefined;
}

/**
 * A SARIF 2.1.0 document (https://docs.oasis-open.org/sarif/sarif/v2.1.0/): one run, a rule for each
 * vulnerability, a result for each finding. `security-severity` is what code scanning sorts by; it is the
 * CVSS score and absent where no record has one.
 */
export function buildSarif(findings: readonly FindingView[], facts: SarifFacts) {
  const rules = rulesOf(findings);
  const ruleIndex = new Map(rules.map(({ id }, index) => [id, index]));
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "JobEngine", version: facts.toolVersion, rules } },
        columnKind: "utf16CodeUnits",
        results: findings.map((finding) => resultOf(finding, ruleIndex.get(finding.vulnerability) ?? -1)),
        properties: {
          coverage: facts.coverage,
          truncated: facts.isTruncated,
          ...(facts.asOf === undefined ? {} : { asOf: facts.asOf }),
        },
      },
    ],
  };
}

function rulesOf(findings: readonly FindingView[]) {
  const groups = [...Map.groupBy(findings, ({ vulnerability }) => vulnerability)];
  return groups
    .sort(([a], [b]) => compareText(a, b))
    .map(([id, group]) => {
      const scores = group.flatMap(({ score }) => score ?? []);
      const advisories = [...new Set(group.flatMap((finding) => finding.advisories))].sort();
      return {
        id,
        shortDescription: { text: `${id} in ${packageNames(group)}` },
        properties: {
          tags: ["security", "vulnerability"],
          advisories,
          ...(scores.length === 0 ? {} : { "security-severity": Math.max(...scores).toFixed(1) }),
        },
      };
    });
}

function resultOf(finding: FindingView, ruleIndex: number) {
  const { imageDigest, repository, purl, vulnerability, severity, fixedVersion } = finding;
  const image = `${repository ?? "(deleted image)"}@${imageDigest}`;
  const fix = fixedVersion === undefined ? "no fixed version is named" : `fixed in ${fixedVersion}`;
  return {
    ruleId: vulnerability,
    ruleIndex,
    level: levels[severity],
    message: { text: `${purl} in ${image} is affected by ${vulnerability} (${severity}); ${fix}.` },
    locations: [
      {
        // Code scanning shows no result without a place in a file: the image stands for it.
        physicalLocation: {
          artifactLocation: { uri: artifactUri(repository ?? imageDigest) },
          region: { startLine: 1 },
        },
        logicalLocations: [
          { name: purl, fullyQualifiedName: `${image}/${purl}`, kind: "module" },
          { name: imageDigest, fullyQualifiedName: image, kind: "image" },
        ],
      },
    ],
    partialFingerprints: { "jobengineFinding/v1": `${imageDigest} ${purl} ${vulnerability}` },
    properties: {
      imageDigest,
      ...(repository === undefined ? {} : { repository }),
      purl,
      severity,
      advisories: finding.advisories,
      ...(finding.cvss === undefined ? {} : { cvss: finding.cvss }),
      ...(fixedVersion === undefined ? {} : { fixedVersion }),
      firstSeenAt: finding.firstSeenAt,
    },
  };
}

/** `unknown` is not `none`: it warns. */
const levels: Readonly<Record<SeverityLevel, "error" | "warning" | "note">> = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "note",
  none: "note",
  unknown: "warning",
};

/** At most three names, so that a rule stays readable. */
function packageNames(group: readonly FindingView[]): string {
  const names = [
    ...new Set(group.map(({ purl }) => purl.replace(/(?<=.)@[^@/]*$/, "").slice(0, 200))),
  ].sort();
  const rest = names.length - 3;
  return names.slice(0, 3).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

/** A relative reference (RFC 3986 section 4.2): a colon in its first segment would make it a scheme. */
function artifactUri(name: string): string {
  return name.split("/").map(encodeURIComponent).join("/");
}
