import type { ImageDocument } from "../../engine/inventory/documents.ts";
import type { UploadedSbom } from "../../engine/inventory/upload-sbom.ts";

export const sbomExample = {
  digest: "sha256:9a0b2f4d6c8e1a3b5c7d9e0f2a4b6c8d0e1f3a5b7c9d1e2f4a6b8c0d2e3f5a7b",
  format: "cyclonedx",
  specVersion: "1.6",
  bytes: 187_338,
  components: 204,
  matchable: 201,
  unmatchable: { no_purl: 2, version_missing: 1 },
} as const;

export const imageExample: ImageDocument = {
  schemaVersion: "scheduler.image@1",
  digest: "sha256:4f8a1c3e5b7d9f0a2c4e6b8d1f3a5c7e9b0d2f4a6c8e1b3d5f7a9c0e2b4d6f81",
  repository: "registry.example.com/team/app",
  namespace: "production",
  tags: ["1.4.2"],
  labels: { team: "payments" },
  sbom: sbomExample,
  revision: 2,
  createdAt: "2026-05-01T08:30:00.000Z",
  updatedAt: "2026-05-01T08:30:04.120Z",
  lastSeenAt: "2026-05-02T00:00:00.000Z",
};

export const uploadedSbomExample: UploadedSbom = {
  imageDigest: imageExample.digest,
  status: "created",
  sbomSequence: 1,
  sbom: sbomExample,
};

/** An SBOM as a tool writes it. */
export const cycloneDxExample = {
  bomFormat: "CycloneDX",
  specVersion: "1.5",
  components: [{ type: "library", name: "lodash", version: "4.17.20", purl: "pkg:npm/lodash@4.17.20" }],
};
