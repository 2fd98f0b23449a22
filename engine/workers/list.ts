import { DomainError } from "../../model/errors.ts";
import { hasScope } from "../../model/identity/identity.ts";
import type { WorkerState } from "../../model/workers/worker.ts";
import { withEngine } from "../../store/tenant.ts";
import { listWorkerRows, type WorkerFilter } from "../../store/workers/rows.ts";
import type { Ctx } from "../context.ts";
import type { WorkerDocument } from "./documents.ts";
import { openWorkersView } from "./view.ts";

/** Rows that are read at once: states and sickness are known only after that. */
const rowsAtOnce = 200;

export interface ListWorkers {
  readonly filter: Omit<WorkerFilter, "isHere" | "visibleTo"> & {
    /** Without it all but those that left. */
    readonly states?: readonly WorkerState[] | undefined;
    readonly isSick?: boolean | undefined;
  };
  readonly before: string | undefined;
  readonly limit: number;
}

/**
 * Workers that meet a filter, the latest registered first.
 * @throws DomainError `unavailable`, `forbidden` for a filter by host without `platform.admin`.
 */
export async function listWorkers(
  ctx: Ctx,
  { filter, before, limit }: ListWorkers,
): Promise<WorkerDocument[]> {
  if (filter.host !== undefined && !hasScope(ctx.caller.identity, "platform.admin")) {
    throw new DomainError(
      "forbidden",
      "Hosts are shown to the platform only: this filter needs platform.admin.",
    );
  }
  const states = filter.states ?? ["active", "draining", "lost"];
  const view = await openWorkersView(ctx);
  return withEngine(ctx.engine, async (tx, now) => {
    const found: WorkerDocument[] = [];
    for (let cursor = before; ;) {
      const isHere = !states.includes("left");
      const rows = await listWorkerRows(
        tx,
        { ...filter, isHere, visibleTo: view.tenant },
        cursor,
        rowsAtOnce,
      );
      const last = rows.at(-1);
      if (last === undefined) return found;
      for (const worker of await view.show(tx, now, rows)) {
        if (!states.includes(worker.state)) continue;
        if (filter.isSick !== undefined && worker.isSick !== filter.isSick) continue;
        found.push(worker);
        if (found.length === limit) return found;
      }
      cursor = last.worker_id;
    }
  });
}
