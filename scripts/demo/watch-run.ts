import type { Run } from "../../model/runs/run.ts";
import { isTerminal } from "../../model/runs/states.ts";
import { mustBe, mustHold } from "./scene-failed.ts";
import type { Story } from "./story.ts";

/** Follows the event stream of a run with a bar until it has ended; answers the run as it is then. */
export async function watchRun({ api, screen }: Story, runId: string): Promise<Run> {
  const line = screen.live("run", "images");
  try {
    let run = await api.run(runId);
    draw(run);
    if (!isTerminal(run.state)) {
      for await (const { event } of api.streamRun(runId)) {
        if (event === "heartbeat") continue;
        run = await api.run(runId);
        draw(run);
        if (isTerminal(run.state)) break;
      }
    }
    run = await api.run(runId);
    draw(run);
    line.done();
    const error = run.error === undefined ? "" : ` (${run.error.code}: ${run.error.message})`;
    mustHold(run.state === "completed", `run ${runId} ended in state ${run.state}${error}`);
    return run;
  } catch (error) {
    line.abandon();
    throw error;
  }

  function draw({ counts }: Run): void {
    line.update({ done: settledImages(counts), total: counts.planned });
  }
}

/** Checks that the books of a run balance, and shows them. */
export function showBooks({ screen }: Story, { counts, segments }: Run): void {
  screen.table(
    [
      [
        counts.planned,
        counts.succeeded,
        counts.failed,
        counts.incomplete,
        counts.cancelled,
        counts.fresh,
        segments.total,
      ].map(String),
    ],
    ["planned", "= succeeded", "+ failed", "+ incomplete", "+ cancelled", "(fresh, left out)", "jobs"],
  );
  mustBe(settledImages(counts), counts.planned, "the books in images");
  screen.held("the books balance, in images");
}

function settledImages({ succeeded, failed, incomplete, cancelled }: Run["counts"]): number {
  return succeeded + failed + incomplete + cancelled;
}
