import { type OwnServer, startOwnServer as start } from "../../../sdks/conformance/engine/own-server.ts";

export type { OwnServer };

/** Starts an empty server of the program that TEST_VALKEY_URL runs, for a test that flushes or kills it. */
export async function startOwnServer(...settings: string[]): Promise<OwnServer> {
  const server = await start(process.env["TEST_VALKEY_URL"] ?? "redis://127.0.0.1:6379", ...settings);
  if (server === undefined) throw new Error("The test server's program is not on this machine.");
  return server;
}
