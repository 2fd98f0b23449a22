import { expectFindings } from "../fleet/expectation.ts";
import { openQueueView, type QueueView } from "../queue-view.ts";
import { mustBe, mustHold } from "../scene-failed.ts";
import { countOf } from "../show/count-of.ts";
import type { Story } from "../story.ts";
import { unmovedLeases } from "../unmoved-leases.ts";
import { until } from "../until.ts";
import { pause } from "../../stack/interrupt.ts";
import { showBooks, watchRun } from "../watch-run.ts";

/** With fewer images a run is over before anybody can be killed in it. */
const leastImages = 40;

/** How long a frozen worker's jobs are looked at: a worker that is not frozen has settled them by then. */
const stillMs = 500;

/** One worker is killed in the middle of a run, with jobs in its hands. */
export async function workerKilled(story: Story): Promise<void> {
  const { api, screen, images, facts, arriving, workers, stack } = story;
  if (images.length < leastImages) {
    screen.leftOut(
      `no worker is killed: with ${countOf(images.length, "image")} the run would be over too soon`,
    );
    return;
  }
  screen.scene("A worker dies in the middle of a run");
  const queue = await openQueueView(stack.valkeyUrl);
  try {
    const { id } = await api.createRun({ selection: { scope: "all" }, force: true });
    const held = await killWhileHolding(story, queue);
    await workers.forgetVictim();
    screen.say(
      `${workers.victim.name} (pid ${workers.victim.pid}) held ${countOf(held, "job")}: killed with SIGKILL`,
    );
    screen.say("its lease ends within 6 s, then its jobs are tried again elsewhere");
    const run = await watchRun(story, id);
    showBooks(story, run);
    mustBe(run.counts.planned, images.length, "planned images");
    mustBe(run.counts.failed + run.counts.cancelled, 0, "failed and cancelled images");

    const again = (await api.jobs(id)).filter(({ crashes }) => crashes > 0).length;
    mustHold(again >= held, `${held} jobs were in its hands, and ${again} were tried again`);
    const all = arriving === undefined ? facts : [...facts, arriving.facts];
    mustBe((await api.findings({})).length, expectFindings(images, all).findings, "findings afterwards");
    screen.held(`${countOf(again, "job")} tried again, no image was lost, no finding was counted twice`);
  } finally {
    await queue.close();
  }
}

/**
 * Freezes the worker and looks whether jobs are in its hands: those that stay leased while the others go on.
 * If so it is killed as it is; if not it goes on, and is caught at the next try.
 */
async function killWhileHolding({ workers, signal }: Story, queue: QueueView): Promise<number> {
  const { pid } = workers.victim;
  return until("the worker has jobs in its hands", { signal, withinMs: 20_000, everyMs: 20 }, async () => {
    if ((await queue.stats()).leased === 0) return undefined;
    process.kill(pid, "SIGSTOP");
    let held = 0;
    try {
      held = await heldByTheFrozen(queue, signal);
    } finally {
      process.kill(pid, held > 0 ? "SIGKILL" : "SIGCONT");
    }
    return held > 0 ? held : undefined;
  });
}

/** How many jobs the frozen worker holds. */
async function heldByTheFrozen(queue: QueueView, signal: AbortSignal): Promise<number> {
  const before = await queue.leased();
  if (before.length === 0) return 0;
  await pause(stillMs, signal);
  return unmovedLeases(before, await queue.leased());
}
