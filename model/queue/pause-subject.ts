import { z } from "zod";
import { jobKind, queueId } from "./job-message.ts";

/** What can be paused: the whole queue, one kind of jobs, or the jobs of one tenant. */
export const pauseSubject = z.discriminatedUnion("what", [
  z.strictObject({ what: z.literal("queue") }),
  z.strictObject({ what: z.literal("kind"), kind: jobKind }),
  z.strictObject({ what: z.literal("tenant"), tenant: queueId }),
]);

export type PauseSubject = z.infer<typeof pauseSubject>;

/** As the queue's functions name it: `queue`, `kind:scan`, `tenant:acme`. */
export type PauseName = "queue" | `kind:${string}` | `tenant:${string}`;

export function pauseName(subject: PauseSubject): PauseName {
  switch (subject.what) {
    case "queue":
      return "queue";
    case "kind":
      return `kind:${subject.kind}`;
    case "tenant":
      return `tenant:${subject.tenant}`;
    default:
      return subject satisfies never;
  }
}

/** The subject of a name. @throws ZodError when it is none. */
export function parsePauseName(name: string): PauseSubject {
  const [what, ...rest] = name.split(":");
  const value = rest.join(":");
  return pauseSubject.parse(what === "queue" ? { what } : { what, [String(what)]: value });
}
