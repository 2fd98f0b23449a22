/** A worker that fetches the inputs of each job, finds nothing and says so: what is left is the engine's own cost. */
import { createInputSource } from "../scanner/inputs.ts";
import { readSettings } from "../scanner/settings.ts";
import { createWorker } from "../sdks/typescript/src/index.ts";

await createWorker({
  ...readSettings(process.env),
  log: () => undefined,
  kinds: {
    scan: async (job, context) => {
      const { feedSequence, images } = await createInputSource(context.api, job.id, job.attempt).segment();
      const digests = [...new Set(images.flatMap(({ sbom }) => sbom ?? []))];
      const coverage = { components: 0, matchable: 0, notMatchable: {}, notCovered: {} };
      return {
        schemaVersion: "scheduler.scan-result@1",
        feedSequence,
        matcherVersion: 1,
        sboms: digests.map((digest) => ({ digest, coverage, findings: [] })),
        images: images.map(({ ordinal, sbom }) => ({ ordinal, sbom: digests.indexOf(sbom ?? "") })),
      };
    },
  },
}).run();
