/** It does not let its claims wait: it asks twenty times a second whether there is work. */
import { breakCalls } from "../fault.ts";

breakCalls("claim", async (call, document) => {
  const response = await call({ ...document, waitSeconds: 0 });
  const answer = (await response.json()) as { jobs?: unknown[]; retryAfterMs?: number };
  const isEmpty = response.ok && answer.jobs?.length === 0;
  return Response.json(isEmpty ? { ...answer, retryAfterMs: 50 } : answer, { status: response.status });
});
await import("../../../typescript/conformance/worker.ts");
