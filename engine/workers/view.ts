import { hasScope } from "../../model/identity/identity.ts";
import { failureRates } from "../../model/workers/failure-rates.ts";
import { judgeNow } from "../../model/workers/judge.ts";
import { type Books, booksOf, sumOf } from "../../model/workers/tally.ts";
import type { EngineTx } from "../../store/tenant.ts";
import { countLateByWorker, type LateCounts } from "../../store/workers/late.ts";
import type { WorkerRow } from "../../store/workers/rows.ts";
import {
  type FleetTallyRow,
  listFleetTallies,
  listWorkerTallies,
  type TallyWindow,
} from "../../store/workers/tallies.ts";
import type { Ctx } from "../context.ts";
import type { WorkerDocument } from "./documents.ts";
import { readFleet } from "./fleet.ts";
import { presentWorker } from "./present.ts";

const hourMs = 3_600_000;

/** What rows of workers are shown with, as far as it is the caller's to see. */
export interface WorkersView {
  /** Null for whoever sees the jobs of all tenants. */
  readonly tenant: string | null;
  show(tx: EngineTx, now: Date, rows: readonly WorkerRow[]): Promise<WorkerDocument[]>;
}

/** Asks the queues who is there. @throws DomainError `unavailable` */
export async function openWorkersView(ctx: Ctx): Promise<WorkersView> {
  const tenant = onlyTenant(ctx);
  const fleet = await readFleet(ctx);
  let everybody: { readonly recent: Books; readonly day: Books } | undefined;
  return {
    tenant,
    async show(tx, now, rows) {
      const ids = rows.map((row) => row.worker_id);
      const window = tallyWindow(now);
      const whole = (everybody ??= booksOfWindow(await listFleetTallies(tx, window)));
      const tallies = Map.groupBy(await listWorkerTallies(tx, window, ids), (row) => row.worker_id);
      const late = await countLateByWorker(tx, ids, tenant);
      return rows.map((row) => {
        const all = tallies.get(row.worker_id) ?? [];
        const own = booksOfWindow(all);
        const visible = booksOf(all.filter((tally) => tenant === null || tally.tenant === tenant));
        return {
          ...presentWorker(row, { fleet, now, isOperator: tenant === null }),
          attempts: attemptsOf(visible, whole.day),
          isSick: judgeNow({ own: own.recent, fleet: whole.recent }, { own: own.day, fleet: whole.day }),
          lateResults: toLateCounts(late.get(row.worker_id)),
        };
      });
    },
  };
}

/** The one tenant whose jobs a caller may see; null for all. */
export function onlyTenant({ caller: { identity } }: Ctx): string | null {
  return hasScope(identity, "platform.admin") ? null : identity.tenant;
}

export function toLateCounts(counts: LateCounts | undefined): WorkerDocument["lateResults"] {
  const { confirms = 0, differs = 0, undecided = 0 } = counts ?? {};
  return { confirms, differs, undecided };
}

/** This hour and the 23 before it; this one and the one before are recent. */
function tallyWindow(now: Date): TallyWindow {
  const hour = Math.floor(now.getTime() / hourMs) * hourMs;
  return { since: new Date(hour - 23 * hourMs), recent: new Date(hour - hourMs) };
}

function booksOfWindow(rows: readonly FleetTallyRow[]): { readonly recent: Books; readonly day: Books } {
  return { recent: booksOf(rows.filter((row) => row.is_recent)), day: booksOf(rows) };
}

function attemptsOf(own: Books, fleet: Books): WorkerDocument["attempts"] {
  const none = { tenant: "", kind: "", succeeded: 0, failed: 0, crashed: 0, refuted: 0 };
  const { succeeded, failed, crashed, refuted } = [...own.values()].reduce(sumOf, none);
  const rates = failureRates(own, fleet);
  return {
    succeeded,
    failed,
    crashed,
    refuted,
    failureRate: rounded(rates.own),
    othersFailureRate: rounded(rates.others),
  };
}

const rounded = (rate: number | null) => (rate === null ? null : Math.round(rate * 10_000) / 10_000);
