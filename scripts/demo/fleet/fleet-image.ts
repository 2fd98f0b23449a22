/** An image of the fleet with the SBOM that goes with it. */
export interface FleetImage {
  readonly digest: string;
  /** With its registry. */
  readonly repository: string;
  readonly namespace: string;
  readonly tags: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** The document as it is uploaded; `undefined` for an image that has none. */
  readonly sbom: string | undefined;
}
