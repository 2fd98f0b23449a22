/** Where the trace of whoever asked for the work goes on: the headers of W3C Trace Context. */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** The trace in a job's payload; undefined when there is none, or none that can be read. */
export function traceContextOf(payload: unknown): TraceContext | undefined {
  const trace = member(payload, "trace");
  const traceparent = member(trace, "traceparent");
  if (typeof traceparent !== "string" || !/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(traceparent))
    return undefined;
  const tracestate = member(trace, "tracestate");
  const isState = typeof tracestate === "string" && /^[\x20-\x7e]{1,512}$/.test(tracestate);
  return { traceparent, ...(isState && { tracestate }) };
}

function member(of: unknown, name: string): unknown {
  return typeof of === "object" && of !== null ? (of as Readonly<Record<string, unknown>>)[name] : undefined;
}
