import { z } from "zod";

/** The most bytes of a tracestate that is passed on: what W3C Trace Context asks everybody to carry. */
const tracestateMax = 512;

/** Where somebody's trace goes on: the headers of W3C Trace Context, as they are sent. */
export const traceContext = z.object({
  traceparent: z.string().regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/),
  tracestate: z
    .string()
    .regex(/^[\x20-\x7e]{1,512}$/)
    .optional(),
});

export type TraceContext = Readonly<z.infer<typeof traceContext>>;

/**
 * Reads the headers of a request; undefined when there is no trace in them. What is malformed is as good as absent,
 * never an error: a trace is for whoever watches, the request does not need it. A version above ours is read as far
 * as we know it. https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function readTraceContext(
  traceparent: string | undefined,
  tracestate: string | undefined,
): TraceContext | undefined {
  const match = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(
    traceparent?.trim() ?? "",
  );
  if (match === null) return undefined;
  const [, version, trace = "", span = "", flags = "", more] = match;
  if (version === "ff" || (version === "00" && more !== undefined)) return undefined;
  if (isZero(trace) || isZero(span)) return undefined;
  const state = shortTracestate(tracestate);
  return { traceparent: `00-${trace}-${span}-${flags}`, ...(state !== undefined && { tracestate: state }) };
}

function isZero(hex: string): boolean {
  return /^0+$/.test(hex);
}

/** The members in front, the newest, as many as fit. */
function shortTracestate(text: string | undefined): string | undefined {
  if (text === undefined || !/^[\x20-\x7e\t]*$/.test(text)) return undefined;
  const kept: string[] = [];
  let length = -1;
  for (const member of text.split(",").map((part) => part.trim())) {
    if (member === "") continue;
    length += 1 + member.length;
    if (length > tracestateMax || kept.length === 32) break;
    kept.push(member);
  }
  return kept.length === 0 ? undefined : kept.join(",");
}
