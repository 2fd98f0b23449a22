import type { Schedule } from "../../../model/schedules/schedule.ts";
import { mustBe, mustHold } from "../scene-failed.ts";
import type { Story } from "../story.ts";
import { until } from "../until.ts";

/** Six fields: the first one is the seconds. */
const whenCron = "*/5 * * * * *";

/** A schedule is previewed, created, and fires while one watches. Answers its run. */
export async function fireSchedule(story: Story): Promise<{ schedule: Schedule; runId: string }> {
  const { api, screen, images, signal } = story;
  screen.scene(`A schedule, ${JSON.stringify(whenCron)}: previewed, created, fired`);
  const input = { name: "every five seconds", whenCron, selection: { scope: "all" } } as const;
  const preview = await api.previewSchedule(input);
  mustBe(preview.images, images.length, "images that the schedule covers");
  mustBe(preview.planned, images.length, "images that a run would cover");
  screen.say(`preview: ${preview.images} images, ${preview.fresh} of them fresh, ${preview.planned} to do`);
  screen.say(`would fire at ${preview.nextFires.slice(0, 3).map(clock).join(", ")} … (UTC)`);

  const schedule = await api.createSchedule(input);
  const fire = await until("the schedule fires", { signal, withinMs: 20_000 }, async () =>
    (await api.fires(schedule.id)).findLast(({ runId }) => runId !== undefined),
  );
  const promised = [...preview.nextFires, ...schedule.nextFires];
  mustHold(promised.includes(fire.nominalAt), `fired at ${fire.nominalAt}, which no preview had named`);
  screen.held(`fired at ${clock(fire.nominalAt)}, as previewed, decided ${fire.lagMs} ms after it was due`);
  return { schedule, runId: fire.runId ?? "" };
}

const clock = (timestamp: string) => timestamp.slice(11, 19);
