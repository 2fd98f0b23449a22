import type { KeptAnswer } from "../engine/once.ts";
import type { RetryAnswer } from "../engine/runs/retry-answer.ts";
import type { HttpContext } from "../platform/http/env.ts";
import { answerAgain } from "../platform/http/idempotency.ts";

/** Answers a retry, or the same again, with the address of the run that was made. */
export function answerRetry(c: HttpContext, answer: KeptAnswer<RetryAnswer>): never {
  const { run } = answer.body;
  if (run !== undefined) c.header("location", `/api/v1/scheduler/runs/${run.id}`);
  if (answer.isReplay) return answerAgain(c, answer) as never;
  return c.json(answer.body, answer.status as 201) as never;
}
