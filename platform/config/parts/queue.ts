import { z } from "zod";
import { defaultRetryBudgets } from "../../../model/jobs/decide-retry.ts";
import { integer, seconds } from "../values.ts";
import { variable } from "../variable.ts";

export const queuePart = z
  .object({
    leaseSeconds: variable(
      "JOBENGINE_QUEUE_LEASE_SECONDS",
      "How long a worker may keep a job without a beat.",
      seconds(1, 3600).default(60),
    ),
    beatSeconds: variable(
      "JOBENGINE_QUEUE_BEAT_SECONDS",
      "How often workers are told to beat. Less than half of the lease.",
      seconds(0.2, 600).default(15),
    ),
    wallClockSeconds: variable(
      "JOBENGINE_QUEUE_WALL_CLOCK_SECONDS",
      "How long one attempt of a job may take before its worker is told to cancel it.",
      seconds(1, 86_400).default(1800),
    ),
    jobsHighWater: variable(
      "JOBENGINE_QUEUE_JOBS_HIGH_WATER",
      "While so many jobs wait on the queue, producers wait. Some 1 kB of Valkey's memory each.",
      integer(1, 10_000_000).default(100_000),
    ),
    resultsHighWater: variable(
      "JOBENGINE_QUEUE_RESULTS_HIGH_WATER",
      "While so many results wait to be taken into PostgreSQL, no job is given out.",
      integer(1, 1_000_000).default(10_000),
    ),
    segmentImages: variable(
      "JOBENGINE_QUEUE_SEGMENT_IMAGES",
      "The most images in one job. Fewer make more jobs of a run, each of them shorter.",
      integer(1, 200).default(200),
    ),
    retryTries: variable(
      "JOBENGINE_QUEUE_RETRY_TRIES",
      "How many failed attempts that a worker reports a job has before it is parked.",
      integer(1, 1_000).default(defaultRetryBudgets.tries),
    ),
    retryCrashes: variable(
      "JOBENGINE_QUEUE_RETRY_CRASHES",
      "How many attempts whose worker is lost a job has before it is parked.",
      integer(1, 1_000).default(defaultRetryBudgets.crashes),
    ),
    retrySeconds: variable(
      "JOBENGINE_QUEUE_RETRY_SECONDS",
      "How long after its first time on the queue a job may be tried again before it is parked.",
      seconds(1, 2_592_000).default(defaultRetryBudgets.wallClockMs / 1_000),
    ),
  })
  .superRefine((queue, context) => {
    if (queue.beatSeconds * 2 < queue.leaseSeconds) return;
    const message = `must be less than half of JOBENGINE_QUEUE_LEASE_SECONDS (${queue.leaseSeconds})`;
    context.addIssue({ code: "custom", path: ["beatSeconds"], message });
  });
