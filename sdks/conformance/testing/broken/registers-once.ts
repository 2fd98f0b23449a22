/** It registers once and waits for ever when it would have to do so again. */
const { fetch } = globalThis;
let isRegistered = false;
globalThis.fetch = async (url, init) => {
  const isRegister = typeof url === "string" && url.endsWith("/register");
  if (isRegister && isRegistered) await new Promise(() => setInterval(() => {}, 60_000));
  const response = await fetch(url, init);
  if (isRegister && response.ok) isRegistered = true;
  return response;
};
await import("../../../typescript/conformance/worker.ts");
