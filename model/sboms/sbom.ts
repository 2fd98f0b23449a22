import type { NotMatchableReason } from "../matching/component-package.ts";

/** The documents that are read. Older and newer versions are refused by name. */
export const cycloneDxVersions = ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7"] as const;
export const spdxVersions = ["SPDX-2.2", "SPDX-2.3"] as const;

/** Bounds of one document; above them it is refused. */
export interface SbomLimits {
  readonly maxComponents: number;
  /** How deep components may be nested. */
  readonly maxDepth: number;
  /** UTF-16 units of a name, a version or a reference. */
  readonly maxTextLength: number;
  /** An index row of PostgreSQL holds 2,704 bytes, the tenant and a component's number included. */
  readonly maxPurlBytes: number;
}

export const defaultSbomLimits: SbomLimits = {
  maxComponents: 200_000,
  maxDepth: 32,
  maxTextLength: 1_024,
  maxPurlBytes: 2_048,
};

/** One component as its SBOM writes it: the purl is only trimmed, since matching needs its case. */
export interface SbomComponent {
  readonly purl: string | undefined;
  readonly name: string;
  readonly version: string | undefined;
  /** `bom-ref` or `SPDXID`, where there is one. */
  readonly ref: string | undefined;
}

/** Why a component cannot be matched: it has no purl, or what matching says of it. */
export type UnmatchableReason = "no_purl" | NotMatchableReason;

/** What is read of an SBOM. The same set of components gives the same value, in whatever order they stood. */
export interface Sbom {
  readonly format: "cyclonedx" | "spdx";
  /** As in `1.6` or `2.3`. */
  readonly specVersion: string;
  /** What the SBOM describes; it is not one of the components. */
  readonly subject: SbomComponent | undefined;
  /** Sorted by purl, those without one last; each purl once. */
  readonly components: readonly SbomComponent[];
  /** `componentCount` = `matchableCount` + the sum of `unmatchable`. */
  readonly componentCount: number;
  readonly matchableCount: number;
  readonly unmatchable: Readonly<Partial<Record<UnmatchableReason, number>>>;
}
