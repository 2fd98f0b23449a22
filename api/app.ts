import type { Engine } from "../engine/context.ts";
import type { QueueDirections } from "../engine/work/register.ts";
import { createWorkerDesk } from "../engine/work/worker-desk.ts";
import { findWorkerKey } from "../engine/worker-keys/find.ts";
import { type HttpAppOptions, createHttpApp } from "../platform/http/app.ts";
import { rememberLiveKeys } from "../platform/http/auth/live-keys.ts";
import { createWorkerAuthenticator } from "../platform/http/auth/worker-key.ts";
import type { HttpApp } from "../platform/http/env.ts";
import type { WorkerCalls } from "../platform/valkey/worker-calls.ts";
import { mountAdvisories } from "./v1/scheduler/advisories.ts";
import { mountAdvisory } from "./v1/scheduler/advisories/by-id.ts";
import { mountAudit } from "./v1/scheduler/audit.ts";
import { mountAuditVerify } from "./v1/scheduler/audit/verify.ts";
import { mountFeeds } from "./v1/scheduler/feeds.ts";
import { mountFindings } from "./v1/scheduler/findings.ts";
import { mountImpact } from "./v1/scheduler/impact.ts";
import { mountImages } from "./v1/scheduler/inventory/images.ts";
import { mountImage } from "./v1/scheduler/inventory/images/by-digest.ts";
import { mountImageFindings } from "./v1/scheduler/inventory/images/by-digest/findings.ts";
import { mountImageSbom } from "./v1/scheduler/inventory/images/by-digest/sbom.ts";
import { mountJob } from "./v1/scheduler/jobs/by-id.ts";
import { mountJobArtifacts } from "./v1/scheduler/jobs/by-id/artifacts.ts";
import { mountJobArtifact } from "./v1/scheduler/jobs/by-id/artifacts/by-name.ts";
import { mountBumpJob } from "./v1/scheduler/jobs/by-id/bump.ts";
import { mountJobWhy } from "./v1/scheduler/jobs/by-id/why.ts";
import { mountParkedJobs } from "./v1/scheduler/jobs/parked.ts";
import { mountRedrive } from "./v1/scheduler/jobs/redrive.ts";
import { mountPreviewRedrive } from "./v1/scheduler/jobs/redrive/preview.ts";
import { mountQueues } from "./v1/scheduler/queues.ts";
import { mountQueueKeys } from "./v1/scheduler/queues/by-name/keys.ts";
import { mountQueueKey } from "./v1/scheduler/queues/by-name/keys/by-key.ts";
import { mountPauseQueue } from "./v1/scheduler/queues/by-name/pause.ts";
import { mountResumeQueue } from "./v1/scheduler/queues/by-name/resume.ts";
import { mountQueueTenant } from "./v1/scheduler/queues/by-name/tenants.ts";
import { mountRuns } from "./v1/scheduler/runs.ts";
import { mountRun } from "./v1/scheduler/runs/by-id.ts";
import { mountCancelRun } from "./v1/scheduler/runs/by-id/cancel.ts";
import { mountDeltas } from "./v1/scheduler/runs/by-id/deltas.ts";
import { mountRunImages } from "./v1/scheduler/runs/by-id/images.ts";
import { mountRunJobs } from "./v1/scheduler/runs/by-id/jobs.ts";
import { mountRetryRun } from "./v1/scheduler/runs/by-id/retry.ts";
import { mountRunStream } from "./v1/scheduler/runs/by-id/stream.ts";
import { mountPreviewRun } from "./v1/scheduler/runs/preview.ts";
import { mountQueueLag } from "./v1/scheduler/runs/queue/lag.ts";
import { mountSchedules } from "./v1/scheduler/schedules.ts";
import { mountSchedule } from "./v1/scheduler/schedules/by-id.ts";
import { mountFires } from "./v1/scheduler/schedules/by-id/fires.ts";
import { mountNext } from "./v1/scheduler/schedules/by-id/next.ts";
import { mountPauseSchedule } from "./v1/scheduler/schedules/by-id/pause.ts";
import { mountResumeSchedule } from "./v1/scheduler/schedules/by-id/resume.ts";
import { mountTriggerSchedule } from "./v1/scheduler/schedules/by-id/trigger.ts";
import { mountPreviewSchedule } from "./v1/scheduler/schedules/preview.ts";
import { mountWatermarks } from "./v1/scheduler/watermarks.ts";
import { mountWatermark } from "./v1/scheduler/watermarks/by-kind/by-name.ts";
import { mountWorkers } from "./v1/scheduler/workers.ts";
import { mountBuilds } from "./v1/scheduler/workers/builds.ts";
import { mountWorker } from "./v1/scheduler/workers/by-id.ts";
import { mountDrainWorker } from "./v1/scheduler/workers/by-id/drain.ts";
import { mountDrainPool } from "./v1/scheduler/workers/drain.ts";
import { mountPools } from "./v1/scheduler/workers/pools.ts";
import { mountWorkerKeys } from "./v1/scheduler/worker-keys.ts";
import { mountWorkerKey } from "./v1/scheduler/worker-keys/by-id.ts";
import { mountWorkerCalls } from "./v1/worker/calls.ts";
import { mountArtifacts } from "./v1/worker/jobs/by-id/artifacts.ts";
import { mountInputs } from "./v1/worker/jobs/by-id/inputs.ts";
import { mountJobWatermarks } from "./v1/worker/jobs/by-id/watermarks.ts";
import { mountRegister } from "./v1/worker/register.ts";

/** Routes that people and services call, in the order in which the API description shows them. */
const routes: readonly ((app: HttpApp, engine: Engine) => void)[] = [
  mountImages,
  mountImage,
  mountImageSbom,
  mountImageFindings,
  mountAdvisories,
  mountAdvisory,
  mountFeeds,
  mountImpact,
  mountSchedules,
  mountPreviewSchedule,
  mountSchedule,
  mountPauseSchedule,
  mountResumeSchedule,
  mountTriggerSchedule,
  mountFires,
  mountNext,
  mountRuns,
  mountPreviewRun,
  mountQueueLag,
  mountRun,
  mountRunJobs,
  mountDeltas,
  mountRunImages,
  mountRunStream,
  mountCancelRun,
  mountRetryRun,
  mountParkedJobs,
  mountPreviewRedrive,
  mountRedrive,
  mountJob,
  mountJobWhy,
  mountBumpJob,
  mountJobArtifacts,
  mountJobArtifact,
  mountQueues,
  mountQueueTenant,
  mountQueueKeys,
  mountQueueKey,
  mountPauseQueue,
  mountResumeQueue,
  mountWatermarks,
  mountWatermark,
  mountWorkers,
  mountPools,
  mountBuilds,
  mountDrainPool,
  mountWorker,
  mountDrainWorker,
  mountWorkerKeys,
  mountWorkerKey,
  mountFindings,
  mountAudit,
  mountAuditVerify,
];

/** What the app is made of beside the engine. */
export type ApiOptions = Omit<HttpAppOptions, "serviceName" | "version" | "description" | "workerAuth"> & {
  /** Told to workers when they register. */
  readonly directions: QueueDirections;
  /** Do what workers ask that come over HTTPS. */
  readonly workerCalls: WorkerCalls;
};

/** The whole HTTP face of the scheduler over an engine. Opens nothing. */
export function createApi(engine: Engine, { directions, workerCalls, ...options }: ApiOptions): HttpApp {
  const app = createHttpApp({
    ...options,
    serviceName: "scheduler-web",
    version: "0.1.0",
    description: about,
    workerAuth: createWorkerAuthenticator(rememberLiveKeys((keyId) => findWorkerKey(engine, keyId))),
  });
  for (const mount of routes) mount(app, engine);
  mountRegister(app, engine, directions);
  mountWorkerCalls(app, createWorkerDesk(engine, workerCalls));
  mountInputs(app, engine);
  mountArtifacts(app, engine);
  mountJobWatermarks(app, engine);
  return app;
}

const about =
  "Keeps the scan verdicts of container images current: an inventory of images and their SBOMs, advisories, " +
  "schedules that fire durable runs, their outcome books, and the findings.";
