import type { WorkerIdentity } from "../../model/identity/worker-key.ts";
import type {
  BeatAnswer,
  BeatCall,
  LeaveCall,
  ReleaseAnswer,
  ReleaseCall,
  SettleAnswer,
  SettleCall,
} from "../../model/queue/worker-calls.ts";
import { atDesk, type WorkerDesk } from "./worker-desk.ts";

/** Keeps leases alive, and answers what is to become of the jobs and the worker. */
export async function beat(desk: WorkerDesk, worker: WorkerIdentity, call: BeatCall): Promise<BeatAnswer> {
  return atDesk(desk, worker, call, (caller) => desk.calls.beat(caller, call.jobs));
}

/** Ends attempts with their outcomes. */
export async function settle(
  desk: WorkerDesk,
  worker: WorkerIdentity,
  call: SettleCall,
): Promise<SettleAnswer> {
  return atDesk(desk, worker, call, (caller) => desk.calls.settle(caller, call.jobs));
}

/** Gives jobs back, which costs them nothing. */
export async function release(
  desk: WorkerDesk,
  worker: WorkerIdentity,
  call: ReleaseCall,
): Promise<ReleaseAnswer> {
  return atDesk(desk, worker, call, (caller) => desk.calls.release(caller, call.jobs));
}

/** Says goodbye: a claim that waits ends, and nothing is sent the worker's way any more. */
export async function leave(desk: WorkerDesk, worker: WorkerIdentity, call: LeaveCall): Promise<void> {
  await atDesk(desk, worker, call, async (caller) => {
    desk.calls.endWait(caller);
    await desk.calls.leave(caller);
  });
}
