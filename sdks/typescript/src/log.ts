export type LogLevel = "info" | "warn" | "error";

/** Where the worker tells what happens to it. Never given a secret. */
export type Log = (level: LogLevel, message: string, fields: Readonly<Record<string, unknown>>) => void;

/** One JSON line on standard error for each event. */
export const logToStderr: Log = (level, message, fields) => {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`);
};
