/** It never beats: the SDK believes that all is well, the queue hears nothing. */
import { breakFunction } from "../fault.ts";

breakFunction("je_beat", async (_call, args) => {
  const jobs = (args.length - 2) / 4;
  return ["continue", 60_000, 300, Array.from({ length: jobs }, () => "continue")];
});
await import("../../../typescript/conformance/worker.ts");
