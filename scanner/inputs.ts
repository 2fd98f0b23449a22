import type { ApiClient } from "../sdks/typescript/src/index.ts";
import type { AdvisoryFacts } from "../model/advisories/facts.ts";
import {
  advisoryDocuments,
  advisoryIndexAnswer,
  type ScanInputs,
  scanInputs,
  scanSboms,
} from "../model/results/scan-inputs.ts";

/** One attempt's way to its inputs: every route is served only while that attempt is open. */
export interface InputSource {
  readonly segment: () => Promise<ScanInputs>;
  /** Purls by SBOM digest, for all of the digests. */
  readonly purls: (digests: readonly string[]) => Promise<Map<string, readonly string[]>>;
  /** The records that name each key; keys without one are missing. */
  readonly index: (keys: readonly string[]) => Promise<Map<string, readonly IndexEntry[]>>;
  /** Records by digest. */
  readonly advisories: (digests: readonly string[]) => Promise<Map<string, AdvisoryFacts>>;
}

/** A record, by digest, at the feed sequence that brought it. */
export interface IndexEntry {
  readonly digest: string;
  readonly seq: number;
}

const keysAtOnce = 5_000;
const recordsAtOnce = 1_000;

export function createInputSource(api: Pick<ApiClient, "post">, jobId: string, attempt: number): InputSource {
  const post = (what: string, body: object) =>
    api.post(`/api/v1/worker/jobs/${jobId}/${what}`, { attempt, ...body });
  return {
    segment: async () => scanInputs.parse(await post("inputs", {})),

    async purls(digests) {
      const found = new Map<string, readonly string[]>();
      // An answer may leave SBOMs out when they are large, but never all of them.
      for (
        let missing = [...digests];
        missing.length > 0;
        missing = missing.filter((one) => !found.has(one))
      ) {
        const before = found.size;
        const { sboms } = scanSboms.parse(await post("sboms", { digests: missing }));
        for (const { digest, purls } of sboms) found.set(digest, purls);
        if (found.size === before) throw new Error(`The API gave no SBOM of ${missing.length} asked for.`);
      }
      return found;
    },

    async index(keys) {
      const found = new Map<string, readonly IndexEntry[]>();
      for (const part of partsOf(keys, keysAtOnce)) {
        const answer = advisoryIndexAnswer.parse(await post("advisories/index", { keys: part }));
        for (const [key, entries] of Object.entries(answer.keys)) found.set(key, entries);
      }
      return found;
    },

    async advisories(digests) {
      const found = new Map<string, AdvisoryFacts>();
      for (const part of partsOf(digests, recordsAtOnce)) {
        const answer = advisoryDocuments.parse(await post("advisories", { digests: part }));
        for (const { digest, facts } of answer.advisories) found.set(digest, facts);
      }
      return found;
    },
  };
}

function* partsOf<Item>(items: readonly Item[], size: number): Generator<Item[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
