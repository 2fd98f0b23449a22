import { DomainError } from "../../model/errors.ts";
import type { Run } from "../../model/runs/run.ts";
import { isTerminal } from "../../model/runs/states.ts";
import { afterCommit } from "../after-commit.ts";
import { recordAudit } from "../audit/record.ts";
import type { Ctx } from "../context.ts";
import { cancelRun } from "./cancel.ts";
import { getRun } from "./read.ts";

/**
 * Cancels a run as a caller asks for it, audited once; again it is answered as it stands.
 * @throws DomainError `not_found`; `conflict` when it has ended otherwise.
 */
export async function cancelByCaller(ctx: Ctx, id: string): Promise<Run> {
  const { tenant, actor } = ctx.caller.identity;
  // Rows and queue say it already when the workflow is told; a lost signal delays the end, no more.
  const workflows: Ctx["workflows"] = {
    ...ctx.workflows,
    async signal(...signal) {
      await afterCommit(ctx, "telling a run that it is cancelled", () => ctx.workflows.signal(...signal), {
        run: id,
      });
      return true;
    },
  };
  await cancelRun({ ...ctx, workflows }, { tenant, runId: id }, actor, (tx, now) =>
    recordAudit(ctx, tx, now, { action: "run.cancel", targetKind: "run", targetId: id }),
  );
  const run = await getRun(ctx, id);
  if (isTerminal(run.state) && run.state !== "cancelled") {
    throw new DomainError("conflict", `The run has ended already: it is ${run.state}.`);
  }
  return run;
}
