import { z } from "zod";
import { type Run, runCounts } from "../../model/runs/run.ts";
import { isTerminal } from "../../model/runs/states.ts";
import { pause } from "../stack/interrupt.ts";
import { mustBe, mustHold } from "./scene-failed.ts";
import type { LiveLine } from "./show/screen.ts";
import type { Story } from "./story.ts";

/** How long a stream that broke off is given before it is opened again. */
const reopenMs = 200;
/** The stream tells the counts once a second; in between the bar asks for them. */
const redrawMs = 200;

const progress = z.looseObject({ counts: runCounts });

/** Follows the event stream of a run with a bar until it has ended; answers the run as it is then. */
export async function watchRun(story: Story, runId: string): Promise<Run> {
  const line = story.screen.live("run", "images");
  const ended = new AbortController();
  const redrawing = redraw(story, runId, line, AbortSignal.any([ended.signal, story.signal]));
  try {
    await followToEnd(story, runId, line);
    ended.abort();
    await redrawing;
    const run = await story.api.run(runId);
    draw(line, run.counts);
    line.done();
    const error = run.error === undefined ? "" : ` (${run.error.code}: ${run.error.message})`;
    mustHold(run.state === "completed", `run ${runId} ended in state ${run.state}${error}`);
    return run;
  } catch (error) {
    ended.abort();
    await redrawing;
    line.abandon();
    throw error;
  }
}

/** Reads the event stream until `completed`, however often it breaks off. */
async function followToEnd({ api, signal }: Story, runId: string, line: LiveLine): Promise<void> {
  while (!isTerminal((await api.run(runId)).state)) {
    for await (const { event, data } of api.streamRun(runId)) {
      if (event === "completed") return;
      const told = progress.safeParse(data);
      if (event === "segmentProgress" && told.success) draw(line, told.data.counts);
    }
    await pause(reopenMs, signal);
  }
}

/** Draws the counts until the signal; whatever fails here fails in the stream, too, and is told there. */
async function redraw({ api }: Story, runId: string, line: LiveLine, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      draw(line, (await api.run(runId)).counts);
      await pause(redrawMs, signal);
    }
  } catch {
    // Ended.
  }
}

function draw(line: LiveLine, counts: Run["counts"]): void {
  line.update({ done: settledImages(counts), total: counts.planned });
}

/** Checks that the books of a run balance, and shows them. */
export function showBooks({ screen }: Story, { counts, segments }: Run): void {
  const { planned, succeeded, failed, incomplete, cancelled, fresh } = counts;
  screen.table(
    [[planned, succeeded, failed, incomplete, cancelled, fresh, segments.total].map(String)],
    ["planned", "= succeeded", "+ failed", "+ incomplete", "+ cancelled", "(fresh, left out)", "jobs"],
  );
  mustBe(settledImages(counts), planned, "the books in images");
  screen.held("the books balance, in images");
}

function settledImages({ succeeded, failed, incomplete, cancelled }: Run["counts"]): number {
  return succeeded + failed + incomplete + cancelled;
}
