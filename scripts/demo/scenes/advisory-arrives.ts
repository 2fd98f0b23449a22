import { expectTouched, expectFindings } from "../fleet/expectation.ts";
import { mustBe, mustHold } from "../scene-failed.ts";
import { countOf } from "../show/count-of.ts";
import { shortPurl } from "../show/findings-table.ts";
import type { Story } from "../story.ts";
import { showBooks, watchRun } from "../watch-run.ts";

const shown = 4;

/** A new advisory comes: only the images that it touches run again. */
export async function advisoryArrives(story: Story): Promise<void> {
  const { api, screen, images, facts, arriving } = story;
  if (arriving === undefined) {
    screen.leftOut("no advisory arrives: none of them would add a finding to these images");
    return;
  }
  const { id, aliases } = arriving.facts;
  screen.scene(`An advisory arrives: ${[id, ...aliases].slice(0, 2).join(", ")}`);
  const feed = await api.upsertAdvisories([arriving.record]);
  const touched = expectTouched(images, arriving.facts);
  const impact = await api.impact([id]);
  mustBe(impact.images, touched.size, "touched images");
  const places = impact.byRepository.map(({ name, images }) => `${images} of ${name}`);
  screen.say(`feed sequence ${feed.feedSequence}; it touches ${impact.images} of ${images.length} images:`);
  screen.say(places.slice(0, shown).join(", "));

  const run = await watchRun(story, (await api.createRun({ advisories: [id] })).id);
  mustBe(run.counts.planned, touched.size, "planned images");
  showBooks(story, run);

  const deltas = await api.deltas(run.id);
  mustHold(
    deltas.every(({ imageDigest, cause }) => touched.has(imageDigest) && cause === "advisory"),
    "a delta names an image that is not touched, or another cause",
  );
  const added =
    expectFindings(images, [...facts, arriving.facts]).findings - expectFindings(images, facts).findings;
  mustBe(run.findings.newFindings, added, "new findings");
  const repositories = new Map(
    images.map(({ digest, repository, tags }) => [digest, `${repository}:${tags[0]}`]),
  );
  screen.table(
    deltas
      .slice(0, shown)
      .map(({ imageDigest, newFindings, cause, topFindings }) => [
        repositories.get(imageDigest) ?? imageDigest,
        `+${newFindings}`,
        cause,
        topFindings[0]?.severity ?? "",
        topFindings[0]?.vulnerability ?? "",
        shortPurl(topFindings[0]?.purl ?? ""),
      ]),
    ["image", "new", "cause", "severity", "vulnerability", "in"],
  );
  if (deltas.length > shown) screen.say(`… and ${deltas.length - shown} more`);
  screen.held(
    `only ${countOf(run.counts.planned, "image")} ran, ${deltas.length} changed, all for the cause "advisory"`,
  );
}
