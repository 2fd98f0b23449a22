import { stdSerializers } from "pino";

/**
 * An error as a log line shows it. The Valkey client hangs the command that failed on its errors, arguments included:
 * those of a sign-in are the password.
 */
export function showError(error: Error): object {
  const shown: Record<string, unknown> = { ...stdSerializers.err(error) };
  const command = shown["command"] as { readonly name?: unknown } | undefined;
  if (command === undefined) return shown;
  return { ...shown, command: command.name };
}
