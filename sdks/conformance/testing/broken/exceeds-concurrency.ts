/** It announces the concurrency that it was given and runs twice as many jobs. */
const asked = Number(process.env["JOBENGINE_CONCURRENCY"] ?? "4");
process.env["JOBENGINE_CONCURRENCY"] = String(2 * asked);
const { fetch } = globalThis;
globalThis.fetch = async (url, init) => {
  const body =
    typeof init?.body === "string"
      ? init.body.replace(/"concurrency":\d+/, `"concurrency":${asked}`)
      : init?.body;
  return await fetch(url, { ...init, body: body ?? null });
};
await import("../../../typescript/conformance/worker.ts");
