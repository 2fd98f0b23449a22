import { isLostConnection } from "./lost-connection.ts";

const withCode = (code: string) => Object.assign(new Error("told by the server"), { code });

test.each([
  ["a refused connection", withCode("ECONNREFUSED")],
  ["a connection failure of PostgreSQL", withCode("08006")],
  ["too many connections", withCode("53300")],
  ["a shutdown", withCode("57P01")],
  ["a server that starts", withCode("57P03")],
  ["a session ended for doing nothing", withCode("25P03")],
  ["a pool without a connection", new Error("timeout exceeded when trying to connect")],
  ["a query in flight", new Error("Connection terminated unexpectedly")],
  ["a query after that", new Error("Client has encountered a connection error and is not queryable")],
  ["a closed client", new Error("Client was closed and is not queryable")],
])("%s is a lost connection", (_, error) => expect(isLostConnection(error)).toBe(true));

test.each([
  ["a statement that took too long", withCode("57014")],
  ["a lock that took too long", withCode("55P03")],
  ["a value that cannot be stored", withCode("22003")],
  ["a name that is not known", new Error("terminate is not a state")],
  ["no error", "timeout exceeded when trying to connect"],
])("%s is none", (_, error) => expect(isLostConnection(error)).toBe(false));
