import type { Delta } from "../../model/runs/delta.ts";
import { type Delta as DeltaRow, listDeltas as listRows } from "../../store/results/list-deltas.ts";
import { getRun } from "../../store/runs/rows.ts";
import { withTenant } from "../../store/tenant.ts";
import type { Ctx } from "../context.ts";

/** A delta with the place in the list where it stands. */
export type ListedDelta = DeltaRow & { readonly imageId: number };

/** What a run changed, image by image. @throws DomainError `not_found` */
export async function listDeltas(
  ctx: Ctx,
  input: { readonly runId: string; readonly after: number; readonly limit: number },
): Promise<ListedDelta[]> {
  const tenant = ctx.caller.identity.tenant;
  return withTenant(ctx.app, tenant, async (tx) => {
    await getRun(tx, tenant, input.runId);
    return listRows(tx, { tenant, runId: input.runId, afterImageId: input.after }, input.limit);
  });
}

/** The delta as the API shows it. */
export function showDelta({ imageId: _, ...delta }: ListedDelta): Delta {
  return delta as Delta;
}
