import { Readable } from "node:stream";
import { putArtifact } from "../../../engine/work/put-artifact.ts";
import { advanceWatermark } from "../../../engine/work/watermarks.ts";
import type { RunKey } from "../../../engine/runs/close.ts";
import { parkImages } from "../../../test/support/parked.ts";
import { mintKey, registerRaw } from "../../../test/support/registered-worker.ts";
import { defaultPool } from "../../../model/pools/pool.ts";
import { type ApiLab, annOf, createApiLab } from "../../../test/support/api-lab.ts";
import { type Operation, type Parameter, parametersIn, readDescription } from "./document.ts";
import { sampleText } from "./values.ts";

/** Two tenants who own one of everything, and the API that both call. */
export interface World {
  readonly api: ApiLab;
  readonly operations: readonly Operation[];
  readonly workerKey: string;
  /** The path of an operation with ids of things that a tenant has, wherever a list shows one. */
  knownPath(operation: Operation, tenant?: string): string;
  /** The same with ids of the right form that nothing has. */
  unknownPath(operation: Operation): string;
  close(): Promise<void>;
}

export const us = "acme";
export const others = "globex";

const vulnerable = "pkg:npm/lodash@4.17.20";

export async function createWorld(): Promise<World> {
  const api = await createApiLab();
  const { operations } = await readDescription(api.app);
  const { lab } = api;
  const { key: workerKey, identity } = await mintKey(lab, "contract");
  for (const host of ["node-1", "node-2"]) await (await registerRaw(lab, identity, { host })).claim(0);
  for (const tenant of [us, others]) await fill(api, tenant);
  const known = new Map([
    [us, await listedIds(api, operations, us)],
    [others, await listedIds(api, operations, others)],
  ]);
  return {
    api,
    operations,
    workerKey,
    knownPath(operation, tenant = us) {
      const ids = known.get(tenant)!;
      return fillPath(operation, (parameter) => ids.of(operation, parameter));
    },
    unknownPath: (operation) => fillPath(operation, ({ schema }) => sampleText(schema)),
    close: () => api.close(),
  };
}

/** Gives a tenant images with and without findings, its own advisories, schedules, and runs of all of them. */
async function fill(api: ApiLab, tenant: string): Promise<void> {
  for (const name of ["web", "api", "job"]) await api.lab.addImage(`${name}:${tenant}`, [vulnerable], tenant);
  for (const name of ["new", "old"]) await api.lab.addImage(`${name}:${tenant}`, null, tenant);
  // The first one is named in examples.
  for (const id of ["GHSA-35jh-r3h4-6jhm", `${tenant}-1`]) {
    const affected = [{ package: { ecosystem: "npm", name: "lodash" }, versions: ["4.17.20"] }];
    await api.send("POST", "/advisories", {
      tenant,
      body: { id, modified: "2026-01-01T00:00:00Z", affected },
    });
  }
  for (const name of ["weekly", "monthly"]) {
    const body = { name, whenCron: "0 2 * * 1", selection: { scope: "all" } };
    await api.send("POST", "/schedules", { tenant, body });
  }
  // Named in the example of a redrive.
  const whenSent = (run: RunKey) => leaveTraces(api, run);
  await parkImages(api.lab, { tenant, code: "HTTP_503", whenSent });
  for (const force of [false, true]) {
    const { body } = await api.send("POST", "/runs", {
      tenant,
      body: { selection: { scope: "all" }, force },
    });
    const run = { tenant, runId: body.id };
    await api.lab.planAndDispatch(run);
    await leaveTraces(api, run);
    await api.lab.complete(run);
  }
}

/** What a worker would have left of each job of a run. */
async function leaveTraces(
  { lab }: ApiLab,
  { tenant, runId }: { tenant: string; runId: string },
): Promise<void> {
  const worker = { keyId: "0".repeat(16), pool: defaultPool };
  const { items } = await lab.queue.queue.listRun(runId, null, 100);
  for (const { job: jobId, attempt } of items) {
    const bytes = Readable.from([Buffer.from(`of ${tenant}\n`)]);
    const what = { name: "log.txt", mime: "text/plain", digest: undefined, bytes };
    await putArtifact(lab.engine, { worker, jobId, attempt, ...what });
    for (const name of ["a", "b"]) {
      const move = { from: null, to: "1", monotone: false };
      await advanceWatermark(lab.engine, { worker, jobId, attempt, name, move });
    }
  }
}

interface ListedIds {
  of(operation: Operation, parameter: Parameter): string;
}

/**
 * The ids that a tenant's lists show. A parameter's value is that of the list right above it, where there is one
 * (`/runs` for `/runs/{id}`), else anything in any list that has its form (jobs are listed under their runs only).
 */
async function listedIds(api: ApiLab, operations: readonly Operation[], tenant: string): Promise<ListedIds> {
  const reads = operations.filter(({ method, scope }) => method === "GET" && scope.startsWith("scheduler."));
  const items = new Map<string, Record<string, unknown>[]>();
  const of = (operation: Operation, parameter: Parameter): string => {
    const above = operation.path.slice(0, operation.path.indexOf(`/{${parameter.name}}`));
    // Things with a name of two parts are listed above both.
    const furtherUp = above.replace(/\/\{\w+\}$/, "");
    const id =
      items.get(above)?.[0]?.[parameter.name] ??
      items.get(above)?.[0]?.["id"] ??
      items.get(furtherUp)?.[0]?.[parameter.name];
    if (typeof id === "string") return id;
    const form = new RegExp(parameter.schema.pattern ?? "^$", "u");
    const texts = [...items.values()].flat().flatMap((item) => Object.values(item));
    const found = texts.find((text) => typeof text === "string" && form.test(text));
    return (found as string | undefined) ?? sampleText(parameter.schema);
  };
  const hasBelow = ({ path }: Operation) => operations.some((other) => other.path.startsWith(`${path}/{`));
  const lists = reads.filter((one) => hasPages(one) || hasBelow(one));
  // Twice those below: some need an id that another of them shows.
  const below = lists.filter(isBelow);
  for (const operation of [...lists.filter((one) => !isBelow(one)), ...below, ...below]) {
    const path = fillPath(operation, (parameter) => of(operation, parameter));
    const response = await api.app.request(path, { headers: annOf(tenant) });
    const { items: listed = [] } = (await response.json()) as { items?: Record<string, unknown>[] };
    items.set(operation.path, listed);
  }
  return { of };
}

const hasPages = (one: Operation) => parametersIn(one, "query").some(({ name }) => name === "pageToken");

const isBelow = ({ path }: Operation) => path.includes("{");

function fillPath(operation: Operation, valueOf: (parameter: Parameter) => string): string {
  return parametersIn(operation, "path").reduce(
    (path, parameter) => path.replace(`{${parameter.name}}`, encodeURIComponent(valueOf(parameter))),
    operation.path,
  );
}
