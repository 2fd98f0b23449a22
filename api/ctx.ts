import type { Ctx, Engine } from "../engine/context.ts";
import { readTraceContext } from "../model/trace/trace-context.ts";
import type { HttpContext } from "../platform/http/env.ts";

/** The context of a verb that a request asks for; only on routes with a scope, which set the identity. */
export function ctxOf(engine: Engine, c: HttpContext): Ctx {
  return {
    ...engine,
    log: c.var.log,
    caller: {
      identity: c.var.identity,
      requestId: c.var.requestId,
      note: c.var.operator,
      trace: readTraceContext(c.req.header("traceparent"), c.req.header("tracestate")),
    },
  };
}
