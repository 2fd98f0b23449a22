/** It does not sleep in the server: it looks twenty times a second. */
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";

Object.defineProperty(Redis.prototype, "blpop", {
  value: async () => {
    await sleep(50);
    return null;
  },
});
await import("../../../typescript/conformance/worker.ts");
