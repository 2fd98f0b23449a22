import type { Schedule } from "../../../model/schedules/schedule.ts";
import { expectFindings } from "../fleet/expectation.ts";
import { countOf } from "../show/count-of.ts";
import { showFindings } from "../show/findings-table.ts";
import { mustBe } from "../scene-failed.ts";
import type { Story } from "../story.ts";
import { showBooks, watchRun } from "../watch-run.ts";

/** The run of the schedule, watched to its end; then the schedule is paused. */
export async function firstRun(
  story: Story,
  { schedule, runId }: { readonly schedule: Schedule; readonly runId: string },
): Promise<void> {
  const { api, screen, images, facts } = story;
  screen.scene("The run: every image meets every advisory");
  await api.pauseSchedule(schedule.id);
  const run = await watchRun(story, runId);
  const { planner, queue, execution, postProcessing } = run.stats;
  screen.say(
    `planning ${planner} ms, queue ${queue} ms, execution ${execution} ms, closing ${postProcessing} ms`,
  );
  showBooks(story, run);
  const withoutSbom = images.filter(({ sbom }) => sbom === undefined).length;
  mustBe(run.counts.planned, images.length, "planned images");
  mustBe(run.counts.incomplete, withoutSbom, "incomplete images");
  if (withoutSbom > 0) screen.held(`incomplete: ${countOf(withoutSbom, "image")} without an SBOM (no_sbom)`);
  screen.say("the schedule is paused, so that the next scenes have the stage");

  screen.scene("What was found");
  const expected = expectFindings(images, facts);
  const findings = await api.findings({});
  mustBe(findings.length, expected.findings, "findings");
  mustBe(run.findings.newFindings, expected.findings, "new findings that the run counts");
  showFindings(story, findings);
  screen.held(
    `${findings.length} findings in ${countOf(expected.affected.size, "image")}, as the matcher alone says`,
  );
}
