import { createHash } from "node:crypto";
import { findingKey } from "../../model/runs/decide-delta.ts";
import { componentPackageKeys } from "../../model/matching/package-keys.ts";
import type { Finding } from "../../model/matching/finding.ts";
import { severityLevels } from "../../model/advisories/severity.ts";
import type { NewFinding } from "../../store/results/findings.ts";

/** A finding of one SBOM, prepared once for all images that share it. */
export interface PreparedFinding {
  readonly key: string;
  readonly finding: Finding;
  readonly contentDigest: string;
  readonly packageKey: string;
}

/**
 * Prepares the findings of an SBOM. The digest covers what a reader sees, not the feed sequence: a record
 * that was touched without changing its word leaves the interval open.
 */
export function prepareFindings(findings: readonly Finding[]): PreparedFinding[] {
  return findings.map((finding) => {
    const { severity, score, cvss, fixedVersion, advisories } = finding;
    const content = JSON.stringify([severity, score ?? null, cvss ?? null, fixedVersion ?? null, advisories]);
    const keys = componentPackageKeys(finding.purl);
    return {
      key: findingKey(finding),
      finding,
      contentDigest: createHash("sha256").update(content).digest("hex").slice(0, 32),
      packageKey: "keys" in keys ? (keys.keys[0] ?? "") : "",
    };
  });
}

/** The row of a finding that begins for an image. */
export function newFinding(imageId: number, prepared: PreparedFinding, cause: string): NewFinding {
  const { finding, contentDigest, packageKey } = prepared;
  return {
    imageId,
    packageKey,
    purl: finding.purl,
    vulnerability: finding.vulnerability,
    advisories: finding.advisories,
    advisorySeq: finding.advisorySeq,
    severity: finding.severity,
    severityRank: severityLevels.indexOf(finding.severity),
    score: finding.score ?? null,
    cvss: finding.cvss ?? null,
    fixedVersion: finding.fixedVersion ?? null,
    contentDigest,
    cause,
  };
}
