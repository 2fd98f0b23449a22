import type { z } from "zod";
import type { Registration } from "../../engine/work/register.ts";
import type { NewWorkerKeyDocument, WorkerKeyDocument } from "../../engine/worker-keys/documents.ts";
import type {
  advisoryDocuments,
  advisoryIndexAnswer,
  scanInputs,
  scanSboms,
} from "../../model/results/scan-inputs.ts";
import { advisoryExample } from "./advisory.ts";
import { jobExample } from "./job.ts";
import { imageExample, sbomExample } from "./image.ts";

export const registrationExample: Registration = {
  workerId: "wrk_0198c2f4000070008000000000000004",
  queue: "default",
  transport: "valkey",
  transports: ["valkey", "https"],
  keyPrefix: "{je:default}:",
  epoch: "ep_0198c2f40000",
  valkey: { url: "redis://valkey.example.com:6379", username: "wk_0123456789abcdef" },
  leaseSeconds: 60,
  beatSeconds: 15,
  protocolVersion: 1,
};

export const scanInputsExample: z.infer<typeof scanInputs> = {
  mode: "analysis-only",
  feedSequence: 4_291,
  images: [{ ordinal: 0, digest: imageExample.digest, sbom: sbomExample.digest }],
};

export const scanSbomsExample: z.infer<typeof scanSboms> = {
  sboms: [{ digest: sbomExample.digest, purls: ["pkg:golang/example.com/team/web@v1.5.0"] }],
};

const { digest, facts, sequence } = advisoryExample;

export const advisoryIndexExample: z.infer<typeof advisoryIndexAnswer> = {
  keys: { "Go|example.com/team/web": [{ digest, seq: sequence }] },
};

export const advisoryDocumentsExample: z.infer<typeof advisoryDocuments> = {
  advisories: [{ digest, facts }],
};

export const storedArtifactExample = {
  name: "result.json",
  digest: "sha256:2c4e6b8d1f3a5c7e9b0d2f4a6c8e1b3d1b3d5f7a9c0e2b4d6f8a1c3e5b7d9f0a",
  bytes: 187_338,
  uri: `/api/v1/scheduler/jobs/${jobExample.id}/artifacts/result.json?attempt=2`,
};

export const workerKeyExample: WorkerKeyDocument = {
  id: "0123456789abcdef",
  pool: "default",
  createdAt: "2026-05-01T08:30:00.000Z",
  createdBy: "ann@example.com",
};

export const newWorkerKeyExample: NewWorkerKeyDocument = {
  ...workerKeyExample,
  key: `wk_0123456789abcdef_${"5e".repeat(32)}`,
};
