/** It takes every refusal for one that passes, and never registers again. */
import { breakCalls } from "../fault.ts";

for (const name of ["claim", "beat", "settle"]) {
  breakCalls(name, async (call, document) => {
    const response = await call(document);
    return response.ok ? response : new Response(null, { status: 503 });
  });
}
await import("../../../typescript/conformance/worker.ts");
