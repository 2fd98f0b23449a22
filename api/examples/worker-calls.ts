import type {
  BeatAnswer,
  ClaimAnswer,
  LeaseRef,
  ReleaseAnswer,
  SettleAnswer,
} from "../../model/queue/worker-calls.ts";
import { registrationExample } from "./worker.ts";

const { workerId, epoch } = registrationExample;

export const callerExample = { workerId, epoch };

export const leaseExample: LeaseRef = { job: "job_0198c2f4000070008000000000000003", attempt: 1, lease: 17 };

const times = { leaseMs: 60_000, beatMs: 15_000 };

export const claimExample: ClaimAnswer = {
  word: "ok",
  retryAfterMs: 0,
  ...times,
  waitedMs: 12_480,
  jobs: [
    {
      ...leaseExample,
      kind: "scan",
      class: "event",
      tenant: "acme",
      run: "run_0198c2f4000070008000000000000002",
      wallClockMs: 1_800_000,
      payload: "{}",
    },
  ],
};

export const beatExample: BeatAnswer = { word: "continue", ...times, verdicts: ["continue"] };
export const settleExample: SettleAnswer = { verdicts: ["accepted"] };
export const releaseExample: ReleaseAnswer = { verdicts: ["released"] };
