import { parseArgs } from "node:util";
import { type Transport, transports } from "./scenario.ts";

export interface ConformanceArguments {
  readonly command: string;
  readonly only: readonly string[];
  readonly isJson: boolean;
  readonly isList: boolean;
  readonly sideBySide: number;
  readonly transport: Transport;
}

export const usage = `Usage: npm run conformance -- --worker "<command>" [flags]

  --worker "<command>"   starts the worker program to try; sdks/conformance/WORKER.md says what it must do
  --only TEXT            only scenarios with this in their name; may be given more than once
  --transport NAME       valkey (default) or https: how the worker reaches the queue
  --list                 names the scenarios and ends
  --side-by-side N       scenarios at the same time (default 4)
  --json                 one JSON document on standard output, progress on standard error
  --help

It starts a Valkey of its own, or uses the one of TEST_VALKEY_URL (redis://[user:password@]host:port, a user that
may administer it). The exit code is 0 when every scenario passed, 1 when one failed, 2 for wrong arguments.`;

/** Reads the command line; what is wrong with it is the message of the error. `help` when it was asked for. */
export function parseConformanceArguments(args: readonly string[]): ConformanceArguments | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      worker: { type: "string", default: "" },
      only: { type: "string", multiple: true, default: [] },
      list: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      transport: { type: "string", default: "valkey" },
      "side-by-side": { type: "string", default: "4" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  if (values.worker.trim() === "" && !values.list) throw new Error('--worker "<command>" is missing.');
  const sideBySide = Number(values["side-by-side"]);
  if (!Number.isInteger(sideBySide) || sideBySide < 1 || sideBySide > 64)
    throw new Error("--side-by-side needs a number from 1 to 64.");
  const transport = transports.find((name) => name === values.transport);
  if (transport === undefined) throw new Error("--transport needs valkey or https.");
  const { worker: command, only, json: isJson, list: isList } = values;
  return { command, only, isJson, isList, sideBySide, transport };
}
