import type { ArtifactDocument } from "../../engine/jobs/artifact-document.ts";
import type { JobDocument } from "../../engine/jobs/documents.ts";
import type { JobRecordDocument } from "../../engine/jobs/get.ts";
import type { ParkedJobDocument } from "../../engine/jobs/parked-documents.ts";
import { runExample } from "./run.ts";

export const jobExample: JobDocument = {
  schemaVersion: "scheduler.job@1",
  id: "job_0198c2f4000070008000000000000003",
  tenantId: "acme",
  runId: runExample.id,
  kind: "scan",
  class: "scheduled",
  state: "queued",
  images: 6,
  attempt: 2,
  tries: 1,
  crashes: 0,
  worker: "wrk_0198c2f4000070008000000000000004",
  reason: "The advisories could not be fetched.",
  createdAt: "2026-05-02T00:00:00.130Z",
  queuedAt: "2026-05-02T00:00:02.410Z",
  live: {
    state: "leased",
    worker: "wrk_0198c2f4000070008000000000000005",
    inStateMs: 640,
    progress: { done: 2, total: 6, phase: "match" },
  },
};

export const artifactExample: ArtifactDocument = {
  name: "result.json",
  attempt: 2,
  uri: `/api/v1/scheduler/jobs/${jobExample.id}/artifacts/result.json?attempt=2`,
  digest: "sha256:2c4e6b8d1f3a5c7e9b0d2f4a6c8e1b3d1b3d5f7a9c0e2b4d6f8a1c3e5b7d9f0a",
  bytes: 187_338,
  mime: "application/json",
  createdAt: "2026-05-02T00:00:03.120Z",
};

export const jobRecordExample: JobRecordDocument = {
  ...jobExample,
  attempts: [
    {
      attempt: 1,
      outcome: "failed",
      errorClass: "dependency_down",
      message: "The advisories could not be fetched.",
      worker: "wrk_0198c2f4000070008000000000000004",
      leasedMs: 310,
      settledAt: "2026-05-02T00:00:00.790Z",
    },
  ],
  lateResults: [],
  artifacts: [artifactExample],
};

export const parkedJobExample: ParkedJobDocument = {
  schemaVersion: "scheduler.parked-job@1",
  id: "job_0198c2f4000070008000000000000006",
  tenantId: "acme",
  runId: runExample.id,
  kind: "scan",
  mode: "analysis-only",
  tries: 5,
  crashes: 0,
  worker: "wrk_0198c2f4000070008000000000000005",
  reason: "tries_exhausted",
  error: { class: "dependency_down", code: "HTTP_503", message: "The advisories could not be fetched." },
  images: 6,
  parkedAt: "2026-05-02T00:41:10.120Z",
};
