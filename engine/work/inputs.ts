import type { ScanInputs } from "../../model/results/scan-inputs.ts";
import { parseMultirange } from "../../store/jobs/insert.ts";
import type { OpenJob } from "../../store/work/open-job.ts";
import { appendRunEvents } from "../../store/runs/events.ts";
import { markRunning } from "../../store/runs/mark-running.ts";
import {
  listAdvisoryIndex,
  listFacts,
  listPurls,
  listSegmentImages,
  listSegmentSboms,
  type Segment,
} from "../../store/work/inputs.ts";
import type { Engine } from "../context.ts";
import { inOpenJob, type JobRequest } from "./open-job.ts";

/** Components in one answer; SBOMs beyond it are left out and asked for again. */
const componentsAtOnce = 250_000;

/** The segment of a job. The first worker that asks for inputs turns a queued run into a running one. */
export async function readInputs(engine: Engine, request: JobRequest): Promise<ScanInputs> {
  return inOpenJob(engine, request, async (tx, job, now) => {
    const key = { tenant: job.tenant_id, runId: job.run_id };
    if (job.state === "queued" && (await markRunning(tx, now, key))) {
      await appendRunEvents(tx, now, [
        { ...key, kind: "stateChanged", data: { from: "queued", to: "running" } },
      ]);
    }
    const images = await listSegmentImages(tx, segmentOf(job));
    return {
      mode: job.mode,
      feedSequence: job.feed_seq,
      images: images.map(({ ordinal, digest, sbom }) => ({
        ordinal,
        digest,
        ...(sbom !== null && { sbom }),
      })),
    };
  });
}

function segmentOf(job: OpenJob): Segment {
  return { tenant: job.tenant_id, runId: job.run_id, ordinals: parseMultirange(job.ordinals) };
}

/** The purls of SBOMs of the segment; at least one SBOM in each answer that asks for one of the segment. */
export async function readSboms(
  engine: Engine,
  request: JobRequest & { readonly digests: readonly string[] },
): Promise<{ sboms: { digest: string; purls: string[] }[] }> {
  return inOpenJob(engine, request, async (tx, job) => {
    const known = await listSegmentSboms(tx, segmentOf(job), request.digests);
    let components = 0;
    const now = known.filter((sbom, place) => {
      components += sbom.components;
      return place === 0 || components <= componentsAtOnce;
    });
    const purls = await listPurls(
      tx,
      job.tenant_id,
      now.map(({ sbomId }) => sbomId),
    );
    return { sboms: now.map(({ sbomId, digest }) => ({ digest, purls: purls.get(sbomId) ?? [] })) };
  });
}

/** Which advisories name these package keys, as of the run's feed sequence. */
export async function readAdvisoryIndex(
  engine: Engine,
  request: JobRequest & { readonly keys: readonly string[] },
): Promise<{ keys: Record<string, { digest: string; seq: number }[]> }> {
  return inOpenJob(engine, request, async (tx, job) => {
    const rows = await listAdvisoryIndex(tx, job.tenant_id, job.feed_seq, request.keys);
    const byKey = Map.groupBy(rows, (row) => row.key);
    const lists = [...byKey].map(([key, entries]) => [
      key,
      entries.map(({ digest, seq }) => ({ digest, seq })),
    ]);
    return { keys: Object.fromEntries(lists) as Record<string, { digest: string; seq: number }[]> };
  });
}

/** Advisory records by digest, as the canonical text that was stored. */
export async function readAdvisories(
  engine: Engine,
  request: JobRequest & { readonly digests: readonly string[] },
): Promise<{ digest: string; facts: string }[]> {
  return inOpenJob(engine, request, (tx, job) => listFacts(tx, job.tenant_id, request.digests));
}
