import { canonicalJson } from "../../model/canonical.ts";
import type { HttpContext } from "./env.ts";
import { toProblem } from "./problem.ts";

export const ndjsonType = "application/x-ndjson";

/** Lines are sent in pieces of about this size: one write a line would cost more than the line. */
const pieceBytes = 16 * 1024;

/**
 * Answers with a line of JSON for each document, as fast as the client reads and no faster: the source is asked for
 * the next document only when there is room. An error after the start becomes a last line `{"problem": …}`, since
 * the status has been sent. When the client goes away the source is told to end (`return`).
 */
export function ndjsonAnswer(
  c: HttpContext,
  documents: AsyncIterable<unknown>,
  status: 200 | 207 = 200,
): Response {
  const iterator = documents[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        let piece = "";
        let isDone = false;
        try {
          while (piece.length < pieceBytes && !isDone) {
            const next = await iterator.next();
            isDone = next.done === true;
            if (!isDone) piece += `${canonicalJson(next.value)}\n`;
          }
        } catch (error) {
          isDone = true;
          piece += `${canonicalJson({ problem: problemLine(c, error) })}\n`;
        }
        if (piece !== "") controller.enqueue(encoder.encode(piece));
        if (isDone) controller.close();
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    { highWaterMark: 1 },
  );
  return c.body(body, status, { "content-type": ndjsonType });
}

function problemLine(c: HttpContext, error: unknown): unknown {
  const problem = toProblem(error, c.var.requestId);
  if (problem.isUnexpected) c.var.log.error({ err: error }, "unforeseen error in a stream of lines");
  return problem.document;
}
