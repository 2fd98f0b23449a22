import { hash } from "node:crypto";
import { tickerShards } from "../../workflows/contract.ts";

/** Which ticker looks after a schedule or a run: a stable hash of its id, spread evenly. */
export function tickerShardOf(id: string): number {
  return hash("sha256", id, "buffer").readUInt32BE(0) % tickerShards;
}
