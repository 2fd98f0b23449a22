import type { AdvisoryFacts } from "../../model/advisories/facts.ts";
import type { StackDescription } from "../stack/stack.ts";
import type { ApiClient } from "./api-client.ts";
import type { FleetImage } from "./fleet/fleet-image.ts";
import type { ScanWorkers } from "./scan-workers.ts";
import type { Screen } from "./show/screen.ts";

/** What goes in: chosen before anything is started, so that a wrong file costs nothing. */
export interface Material {
  readonly images: readonly FleetImage[];
  /** OSV records that are loaded before the first run. */
  readonly records: readonly unknown[];
  readonly facts: readonly AdvisoryFacts[];
  /** The advisory that arrives later; `undefined` when none would tell a story. */
  readonly arriving: { readonly record: unknown; readonly facts: AdvisoryFacts } | undefined;
  readonly isOwn: boolean;
}

/** What every scene may use. */
export interface Story extends Material {
  readonly screen: Screen;
  readonly api: ApiClient;
  readonly stack: StackDescription;
  readonly workers: ScanWorkers;
  /** Aborts when the user wants to stop. */
  readonly signal: AbortSignal;
}
