import { readFileSync } from "node:fs";
import path from "node:path";
import type { Redis } from "ioredis";

/** What a worker's user may do, as section 14 of PROTOCOL.md says it; `{prefix}` stands for the queue's. */
const rules = JSON.parse(
  readFileSync(path.join(import.meta.dirname, "../worker-user.json"), "utf8"),
) as readonly string[];

/** Creates or rewrites the Valkey user of a worker key: no more rights than the engine gives. */
export async function allowWorkerUser(
  valkey: Redis,
  user: { readonly name: string; readonly secret: string; readonly keyPrefix: string },
): Promise<void> {
  const own = rules.map((rule) => rule.replace("{prefix}", user.keyPrefix));
  await valkey.call("ACL", "SETUSER", user.name, "reset", "on", `>${user.secret}`, ...own);
}
