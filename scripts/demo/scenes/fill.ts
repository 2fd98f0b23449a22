import type { FleetImage } from "../fleet/fleet-image.ts";
import { mustBe, mustHold } from "../scene-failed.ts";
import { countOf } from "../show/count-of.ts";
import type { Story } from "../story.ts";

/** So many SBOMs are uploaded at once. */
const uploadsAtOnce = 6;

/** Images, SBOMs and advisories go in through the API. */
export async function fill(story: Story): Promise<void> {
  const { api, screen, images, records } = story;
  screen.scene("A fleet goes in");
  const repositories = new Set(images.map(({ repository }) => repository)).size;
  const begunMs = Date.now();
  const summary = await api.upsertImages(images);
  mustBe(summary.created, images.length, "new images");
  screen.say(
    `${countOf(images.length, "image")} in one request, repositories: ${repositories}, ${seconds(begunMs)}`,
  );

  await uploadSboms(story);

  const feedMs = Date.now();
  const feed = await api.upsertAdvisories(records);
  if (!story.isOwn) mustBe(feed.created, records.length, "new advisories");
  mustHold(feed.created > 0, `no advisory was accepted: ${feed.errors[0]?.message ?? "no reason given"}`);
  screen.say(`${feed.created} advisories, feed sequence ${feed.feedSequence}, ${seconds(feedMs)}`);
  if (feed.failed > 0) screen.leftOut(`${feed.failed} were refused, the first: ${feed.errors[0]?.message}`);
}

async function uploadSboms({ api, screen, images }: Story): Promise<void> {
  const withSbom = images.filter(({ sbom }) => sbom !== undefined);
  const line = screen.live("SBOMs", "SBOMs");
  let done = 0;
  let components = 0;
  let matchable = 0;
  const waiting = [...withSbom];
  const uploadNext = async (): Promise<void> => {
    for (let image: FleetImage | undefined; (image = waiting.shift()) !== undefined;) {
      const { sbom } = await api.uploadSbom(image);
      components += sbom.components;
      matchable += sbom.matchable;
      line.update({ done: ++done, total: withSbom.length });
    }
  };
  try {
    await Promise.all(Array.from({ length: uploadsAtOnce }, uploadNext));
  } catch (error) {
    line.abandon();
    throw error;
  }
  line.done();
  screen.say(`${components} components, ${matchable} of them can be matched`);
  const without = images.length - withSbom.length;
  if (without > 0)
    screen.say(`${countOf(without, "image")} without an SBOM: the verdict will be incomplete, not clean`);
}

const seconds = (sinceMs: number) => `${((Date.now() - sinceMs) / 1_000).toFixed(1)} s`;
