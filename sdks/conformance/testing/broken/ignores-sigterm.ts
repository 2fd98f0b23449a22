/** It does not hear SIGTERM. */
const on = process.on.bind(process) as (name: string, listener: () => void) => NodeJS.Process;
Object.defineProperty(process, "on", {
  value: (name: string, listener: () => void) => on(name, name === "SIGTERM" ? () => {} : listener),
});
await import("../../../typescript/conformance/worker.ts");
