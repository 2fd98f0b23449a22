import { createRequire } from "node:module";
import { pino } from "pino";
import type { DestinationStream, Logger } from "pino";
import { redactedPaths, redactedText } from "./redact.ts";
import { showError } from "./show-error.ts";

export type Log = Logger;

export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export const logFormats = ["json", "pretty"] as const;

export interface LogOptions {
  /** The process's role, for example `scheduler-web`: field `service` of each line. */
  readonly service: string;
  readonly level?: (typeof logLevels)[number];
  readonly format?: (typeof logFormats)[number];
  /** Where lines go; standard output unless a test collects them. */
  readonly destination?: DestinationStream;
}

/** The fields that tie a line to what it is about. Use these names and no others. */
export interface LogSubject {
  readonly requestId?: string;
  readonly tenant?: string;
  readonly run?: string;
  readonly job?: string;
}

/**
 * The logger of a process: one JSON object a line, or text for a terminal when `format` is `pretty` and
 * pino-pretty (a development dependency) is installed. Secrets are replaced by field name,
 * and errors lose the arguments of the command that failed.
 */
export function createLog(options: LogOptions): Log {
  const { service, level = "info", format = "json" } = options;
  const destination = options.destination ?? (format === "pretty" ? prettyDestination() : undefined);
  const settings = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: redactedPaths, censor: redactedText },
    serializers: { err: showError },
  };
  return destination === undefined ? pino(settings) : pino(settings, destination);
}

/** A child that carries what the lines are about. */
export function about(log: Log, subject: LogSubject): Log {
  return log.child(subject);
}

/** Text for a terminal, or undefined (plain JSON) where pino-pretty is not installed. */
function prettyDestination(): DestinationStream | undefined {
  try {
    const pretty = createRequire(import.meta.url)("pino-pretty") as (options: object) => DestinationStream;
    return pretty({ ignore: "service,pid,hostname", translateTime: "SYS:HH:MM:ss.l", sync: true });
  } catch {
    return undefined;
  }
}
