import type { HttpContext } from "../platform/http/env.ts";
import { answerAgain } from "../platform/http/idempotency.ts";

/** What a repeatable verb answered: the document, and whether it was given before. */
interface Answer {
  readonly status: number;
  readonly body: { readonly id: string };
  readonly isReplay: boolean;
}

/** Answers a creation, or the same again: status and document as kept, with the address of what was made. */
export function answerOnce(c: HttpContext, collection: string, answer: Answer, etag?: string): never {
  c.header("location", `${collection}/${answer.body.id}`);
  if (answer.isReplay) return answerAgain(c, answer) as never;
  if (etag !== undefined) c.header("etag", etag);
  return c.json(answer.body, answer.status as 201) as never;
}
