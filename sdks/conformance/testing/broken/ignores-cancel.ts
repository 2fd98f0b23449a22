/** It does not hear that a job must stop. */
import { rewordBeats } from "../fault.ts";

rewordBeats("cancel", "continue");
await import("../../../typescript/conformance/worker.ts");
