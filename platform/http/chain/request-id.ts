import { v7 as uuidv7 } from "uuid";
import type { MiddlewareHandler } from "hono";
import type { Log } from "../../log/log.ts";
import type { HttpEnv, HttpServices } from "../env.ts";

/** An incoming id is taken over when it is short and harmless in headers and logs. */
const sane = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

/** Gives each request its id (the caller's `X-Request-Id` if sane), its logger and the app's services; answers the id. */
export function requestId(log: Log, services: HttpServices): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const given = c.req.header("x-request-id");
    const id = given !== undefined && sane.test(given) ? given : uuidv7().replaceAll("-", "");
    c.set("requestId", id);
    c.set("log", log.child({ requestId: id }));
    c.set("services", services);
    await next();
    c.res.headers.set("x-request-id", id);
  };
}
