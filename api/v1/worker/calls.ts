import type { WorkerDesk } from "../../../engine/work/worker-desk.ts";
import type { HttpApp } from "../../../platform/http/env.ts";
import { mountBeat } from "./beat.ts";
import { mountClaim } from "./claim.ts";
import { mountLeave } from "./leave.ts";
import { mountRelease } from "./release.ts";
import { mountSettle } from "./settle.ts";

/** The routes of workers that do not reach Valkey themselves. */
export function mountWorkerCalls(app: HttpApp, desk: WorkerDesk): void {
  for (const mount of [mountClaim, mountBeat, mountSettle, mountRelease, mountLeave]) mount(app, desk);
}
