import { createHash } from "node:crypto";
import type { Place } from "./server.ts";

/** A name that belongs to this stack alone, so that no other stack's container is ever removed. */
export function containerName(place: Pick<Place, "dataDir">, part: string): string {
  const stack = createHash("sha256").update(place.dataDir).digest("hex").slice(0, 10);
  return `jobengine-${stack}-${part}`;
}

/** The user that runs this command; a container's files belong to it. */
export function ownIds(): { uid: number; gid: number } {
  return { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}
