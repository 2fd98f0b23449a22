/** What Node says when the other side of a connection is not there. */
const nodeCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/**
 * SQLSTATEs of a server that goes, comes or has no room (classes 08 and 53, the shutdowns of class 57), and of a
 * session that it has ended because it did nothing. A cancelled statement (57014) is none of them: the server is
 * there, and the statement would be as slow the next time.
 */
const sqlStates = /^(?:08...|53...|57P0[1-5]|25P03|25P04)$/;

/** Lost connections that carry no code: the PostgreSQL driver's and pool's, and the Valkey client's. */
const messages = [
  /^timeout exceeded when trying to connect/,
  /^Connection terminated/,
  /^Client has encountered a connection error/,
  /^Client was closed/,
  /^Connection is closed\./,
];

/** Whether an error says that a server is away, whoever threw it: nothing is wrong with what was asked. */
export function isLostConnection(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const code = "code" in thrown ? String(thrown.code) : "";
  return (
    nodeCodes.has(code) ||
    sqlStates.test(code) ||
    thrown.name === "MaxRetriesPerRequestError" ||
    messages.some((message) => message.test(thrown.message))
  );
}
