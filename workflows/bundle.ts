/** Every workflow of the task queue `scheduler`: the entry of the sandbox bundle, imported by nobody else. */
export { run } from "./run.ts";
export { scheduleTicker } from "./schedule-ticker.ts";
