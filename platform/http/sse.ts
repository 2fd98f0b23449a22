import { canonicalJson } from "../../model/canonical.ts";
import type { HttpContext } from "./env.ts";
import { createOutlet } from "./outlet.ts";

export const heartbeatMsDefault = 15_000;

/** The most bytes that wait for a client; one that is further behind is disconnected and may resume. */
export const maxWaitingBytesDefault = 256 * 1024;

export interface ServerEvent {
  /** The name, for example `stateChanged`. */
  readonly event: string;
  /** What the client sends back as `Last-Event-ID` to resume after this event; absent for what is not replayed. */
  readonly id?: string;
  readonly data: unknown;
}

export interface EventStream {
  /** What the client saw last, when it resumes. */
  readonly lastEventId: string | undefined;
  /** Aborted when the client is gone, too slow, or the service stops. */
  readonly signal: AbortSignal;
  /** Queues an event. Does nothing once the stream has ended. */
  readonly send: (event: ServerEvent) => void;
}

export interface EventStreamOptions {
  readonly heartbeatMs?: number;
  readonly maxWaitingBytes?: number;
}

/**
 * Answers with server-sent events (HTML Living Standard, section 9.2) that `produce` sends until its promise
 * settles or `signal` is aborted. A `heartbeat` event keeps the connection alive. Memory is bounded: what a client
 * does not read waits up to `maxWaitingBytes`, then the stream ends and the client resumes by `Last-Event-ID`.
 */
export function eventStream(
  c: HttpContext,
  produce: (stream: EventStream) => Promise<void>,
  options: EventStreamOptions = {},
): Response {
  const { heartbeatMs = heartbeatMsDefault, maxWaitingBytes = maxWaitingBytesDefault } = options;
  const { closing } = c.var.services;
  const ended = new AbortController();
  const outlet = createOutlet(maxWaitingBytes, () => ended.abort(reason("the client is gone")));
  const encoder = new TextEncoder();
  const send = (event: ServerEvent) => {
    if (ended.signal.aborted || outlet.write(encoder.encode(formatEvent(event)))) return;
    ended.abort(reason("the client reads too slowly"));
  };
  const heartbeat = setInterval(() => send({ event: "heartbeat", data: {} }), heartbeatMs);
  const stop = () => ended.abort(reason("the service is stopping"));
  ended.signal.addEventListener("abort", () => {
    clearInterval(heartbeat);
    closing.removeEventListener("abort", stop);
    outlet.close();
    c.var.log.debug({ reason: String(ended.signal.reason) }, "event stream ended");
  });
  closing.addEventListener("abort", stop);
  // The first bytes tell proxies and clients that the stream is open.
  outlet.write(encoder.encode(": open\n\n"));
  if (closing.aborted) stop();
  else void run(c, produce, { lastEventId: readLastEventId(c), signal: ended.signal, send }, ended);
  return c.body(outlet.body, 200, {
    "content-type": "text/event-stream",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
  });
}

const reason = (text: string) => new DOMException(text, "AbortError");

async function run(
  c: HttpContext,
  produce: (stream: EventStream) => Promise<void>,
  stream: EventStream,
  ended: AbortController,
): Promise<void> {
  try {
    await produce(stream);
  } catch (error) {
    if (!stream.signal.aborted) c.var.log.error({ err: error }, "an event stream failed");
  } finally {
    ended.abort(reason("done"));
  }
}

/** The text of an event. Data is one line of canonical JSON, so it needs no splitting; names and ids lose line ends. */
export function formatEvent({ event, id, data }: ServerEvent): string {
  const idLine = id === undefined ? "" : `id: ${oneLine(id)}\n`;
  return `event: ${oneLine(event)}\n${idLine}data: ${canonicalJson(data)}\n\n`;
}

const oneLine = (text: string) => text.replaceAll(/\p{Cc}/gu, "");

/** `Last-Event-ID`, when it is there and of a sane length; what it means is the producer's business. */
function readLastEventId(c: HttpContext): string | undefined {
  const given = c.req.header("last-event-id");
  return given === undefined || given === "" || given.length > 200 ? undefined : given;
}
