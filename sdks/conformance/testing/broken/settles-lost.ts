/** It does not hear that a lease is lost, and settles what is another's by now. */
import { rewordBeats } from "../fault.ts";

rewordBeats("lost", "continue");
await import("../../../typescript/conformance/worker.ts");
