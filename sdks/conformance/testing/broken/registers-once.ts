/** It registers once and waits for ever when it would have to do so again. */
const { fetch } = globalThis;
let isRegistered = false;
globalThis.fetch = async (url, init) => {
  const isRegister = typeof url === "string" && url.endsWith("/register");
  if (isRegister && isRegistered) await new Promise(() => setInterval(() => {}, 60_000));
  const response = await fetch(url, init);
  const answer: unknown = isRegister
    ? await response
        .clone()
        .json()
        .catch(() => undefined)
    : undefined;
  if (response.ok && answer !== undefined) isRegistered = true;
  return response;
};
await import("../../../typescript/conformance/worker.ts");
