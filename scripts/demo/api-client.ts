import { z } from "zod";
import { findingsCoverage, findingView } from "../../model/findings/finding-view.ts";
import type { Selection } from "../../model/images/selection.ts";
import { delta } from "../../model/runs/delta.ts";
import { type Run, run } from "../../model/runs/run.ts";
import { type Schedule, schedule, type scheduleInput } from "../../model/schedules/schedule.ts";
import type { FleetImage } from "./fleet/fleet-image.ts";
import type { WorkerRecord } from "./work-lines.ts";
import { readServerEvents, type ServerEvent } from "./server-events.ts";

const imageLines = z.object({
  summary: z.object({ created: z.int(), updated: z.int(), unchanged: z.int(), errors: z.int() }),
});
const uploadedSbom = z.object({ sbom: z.object({ components: z.int(), matchable: z.int() }) });
const upsertSummary = z.object({
  feedSequence: z.int(),
  created: z.int(),
  updated: z.int(),
  failed: z.int(),
  errors: z.array(z.object({ line: z.int(), message: z.string() })),
});
const schedulePreview = z.object({
  nextFires: z.array(z.string()),
  images: z.int(),
  planned: z.int(),
  fresh: z.int(),
  withoutSbom: z.int(),
});
const fires = z.object({
  items: z.array(
    z.object({ nominalAt: z.string(), verdict: z.string(), lagMs: z.int(), runId: z.string().optional() }),
  ),
});
const impact = z.object({
  images: z.int(),
  byRepository: z.array(z.object({ name: z.string(), images: z.int() })),
});
const findingsPage = z.object({
  items: z.array(findingView),
  nextPageToken: z.string().optional(),
  coverage: findingsCoverage,
});
const deltasPage = z.object({ items: z.array(delta), nextPageToken: z.string().optional() });
const jobsPage = z.object({
  items: z.array(z.object({ id: z.string(), attempt: z.int(), crashes: z.int(), state: z.string() })),
  nextPageToken: z.string().optional(),
});

const workersPage = z.object({
  items: z.array(
    z.object({
      sdk: z.object({ language: z.string() }),
      attempts: z.object({ succeeded: z.int() }),
    }),
  ),
  nextPageToken: z.string().optional(),
});

export type UpsertSummary = z.infer<typeof upsertSummary>;
export type RunJob = z.infer<typeof jobsPage>["items"][number];
export type Finding = z.infer<typeof findingView>;
export type Delta = z.infer<typeof delta>;

interface Page<T> {
  readonly items: T[];
  readonly nextPageToken?: string | undefined;
}

/** What a run is asked to cover. */
export interface RunSubject {
  readonly selection?: Partial<Selection> & Pick<Selection, "scope">;
  readonly advisories?: readonly string[];
  readonly force?: boolean;
}

/** The API refused or failed; the message has the status, the problem's title and its detail. */
export class ApiError extends Error {
  override name = "ApiError";
}

/** The scheduler's API as the demo uses it: every answer is checked. */
export interface ApiClient {
  /** Sends images as lines of JSON; answers how many are new. */
  upsertImages(images: readonly FleetImage[]): Promise<z.infer<typeof imageLines>["summary"]>;
  uploadSbom(image: FleetImage): Promise<z.infer<typeof uploadedSbom>>;
  upsertAdvisories(records: readonly unknown[]): Promise<UpsertSummary>;
  impact(advisories: readonly string[]): Promise<z.infer<typeof impact>>;
  previewSchedule(input: z.input<typeof scheduleInput>): Promise<z.infer<typeof schedulePreview>>;
  createSchedule(input: z.input<typeof scheduleInput>): Promise<Schedule>;
  pauseSchedule(id: string): Promise<void>;
  fires(scheduleId: string): Promise<z.infer<typeof fires>["items"]>;
  createRun(subject: RunSubject): Promise<Run>;
  run(id: string): Promise<Run>;
  runsOfSchedule(id: string): Promise<Run[]>;
  /** The events of a run until it has ended. */
  streamRun(id: string): AsyncGenerator<ServerEvent, void, undefined>;
  jobs(runId: string): Promise<RunJob[]>;
  deltas(runId: string): Promise<Delta[]>;
  findings(filter: Readonly<Record<string, string>>): Promise<Finding[]>;
  /** All workers that there are or were, the dead ones, too. */
  workers(): Promise<WorkerRecord[]>;
  coverage(): Promise<z.infer<typeof findingsCoverage>>;
}

const scopes = [
  "scheduler.inventory.read",
  "scheduler.inventory.write",
  "scheduler.schedules.read",
  "scheduler.schedules.write",
  "scheduler.runs.read",
  "scheduler.runs.write",
  "scheduler.runs.preview",
  "scheduler.admin",
];

export const demoTenant = "demo";

/** A request that takes longer than this is a fault; streams are exempt. */
const requestTimeoutMs = 30_000;

export function createApiClient(baseUrl: string, signal: AbortSignal): ApiClient {
  const root = `${baseUrl}/api/v1/scheduler`;
  const identity = {
    "x-stellaops-tenant": demoTenant,
    "x-stellaops-actor": "demo",
    "x-stellaops-scopes": scopes.join(" "),
  };

  async function send(method: string, path: string, type?: string, body?: string): Promise<Response> {
    const response = await fetch(`${root}${path}`, {
      method,
      headers: { ...identity, ...(type === undefined ? {} : { "content-type": type }) },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]),
    });
    if (response.ok) return response;
    throw new ApiError(
      `${method} ${path} was answered ${response.status}: ${(await response.text()).slice(0, 600)}`,
    );
  }

  const get = async <T>(path: string, shape: z.ZodType<T>) => read(await send("GET", path), shape);
  const post = async <T>(path: string, document: unknown, shape: z.ZodType<T>) =>
    read(await send("POST", path, "application/json", JSON.stringify(document)), shape);

  async function all<T>(path: string, shape: z.ZodType<Page<T>>): Promise<T[]> {
    const items: T[] = [];
    for (let token: string | undefined = ""; token !== undefined;) {
      const separator = path.includes("?") ? "&" : "?";
      const next: string = token === "" ? "" : `&pageToken=${encodeURIComponent(token)}`;
      const page: Page<T> = await get(`${path}${separator}pageSize=500${next}`, shape);
      items.push(...page.items);
      token = page.nextPageToken;
    }
    return items;
  }

  return {
    async upsertImages(images) {
      const lines = images.map(({ sbom: _, ...image }) => JSON.stringify(image)).join("\n");
      const response = await send("POST", "/inventory/images", "application/x-ndjson", lines);
      const answers = (await response.text()).trim().split("\n");
      return imageLines.parse(JSON.parse(answers.at(-1) ?? "null")).summary;
    },
    uploadSbom: async ({ digest, sbom = "" }) =>
      read(await send("PUT", `/inventory/images/${digest}/sbom`, "application/json", sbom), uploadedSbom),
    async upsertAdvisories(records) {
      const lines = records.map((record) => JSON.stringify(record)).join("\n");
      return read(await send("POST", "/advisories", "application/x-ndjson", lines), upsertSummary);
    },
    impact: (advisories) => post("/impact", { advisories }, impact),
    previewSchedule: (input) => post("/schedules/preview", input, schedulePreview),
    createSchedule: (input) => post("/schedules", input, schedule),
    async pauseSchedule(id) {
      await send("POST", `/schedules/${id}/pause`);
    },
    fires: async (id) => (await get(`/schedules/${id}/fires`, fires)).items,
    createRun: (subject) => post("/runs", subject, run),
    run: (id) => get(`/runs/${id}`, run),
    runsOfSchedule: (id) =>
      all(`/runs?scheduleId=${id}`, z.object({ items: z.array(run), nextPageToken: z.string().optional() })),
    async *streamRun(id) {
      const response = await fetch(`${root}/runs/${id}/stream`, { headers: identity, signal });
      if (!response.ok || response.body === null) {
        throw new ApiError(`GET /runs/${id}/stream was answered ${response.status}`);
      }
      yield* readServerEvents(response.body);
    },
    jobs: (id) => all(`/runs/${id}/jobs`, jobsPage),
    deltas: (id) => all(`/runs/${id}/deltas`, deltasPage),
    findings: (filter) => all(`/findings?${new URLSearchParams(filter).toString()}`, findingsPage),
    workers: () => all("/workers?state=active&state=draining&state=lost&state=left", workersPage),
    coverage: async () => (await get("/findings?pageSize=1", findingsPage)).coverage,
  };
}

async function read<T>(response: Response, shape: z.ZodType<T>): Promise<T> {
  const parsed = shape.safeParse(await response.json());
  if (parsed.success) return parsed.data;
  throw new ApiError(`${response.url} gave an unexpected answer: ${z.prettifyError(parsed.error)}`);
}
