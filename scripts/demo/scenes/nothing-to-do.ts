import { mustBe } from "../scene-failed.ts";
import { countOf } from "../show/count-of.ts";
import type { Story } from "../story.ts";
import { watchRun } from "../watch-run.ts";

/** The same run again: results that nothing newer touches are left out. */
export async function nothingToDo(story: Story): Promise<void> {
  const { api, screen, images } = story;
  screen.scene("The same again: nothing to do");
  const { id } = await api.createRun({ selection: { scope: "all" } });
  const { counts, stats } = await watchRun(story, id);
  const withSbom = images.filter(({ sbom }) => sbom !== undefined).length;
  mustBe(counts.fresh, withSbom, "fresh images");
  mustBe(counts.planned, images.length - withSbom, "planned images");
  const tookMs = stats.planner + stats.queue + stats.execution + stats.postProcessing;
  screen.held(`${countOf(counts.fresh, "image")} left out as fresh, no job was made, done in ${tookMs} ms`);
  if (counts.incomplete > 0)
    screen.say(`still incomplete: ${countOf(counts.incomplete, "image")} without an SBOM`);
}
