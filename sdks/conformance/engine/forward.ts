import { type IncomingHttpHeaders, request as httpRequest } from "node:http";

/** A request or an answer that is passed on. */
export interface Passing {
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

export interface PassedAnswer extends Passing {
  readonly status: number;
}

/** Headers that belong to a connection, not to what it carries (RFC 9110, section 7.6.1). */
const ofTheConnection = new Set(["connection", "keep-alive", "transfer-encoding", "content-length", "host"]);

/** What may be passed on of a message's headers. */
export function passable(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ofTheConnection.has(name)));
}

/** Sends a request to its real receiver and answers what came. Hangs up when the signal is aborted. */
export async function forward(
  to: string,
  { method, headers, bytes, signal }: Passing & { readonly method: string; readonly signal: AbortSignal },
): Promise<PassedAnswer> {
  return await new Promise<PassedAnswer>((resolve, reject) => {
    const length = { "content-length": bytes.length };
    const request = httpRequest(
      to,
      { method, headers: { ...passable(headers), ...length }, signal, agent: false },
      (message) => {
        const chunks: Buffer[] = [];
        message.on("data", (chunk: Buffer) => chunks.push(chunk));
        message.on("error", reject);
        message.on("end", () =>
          resolve({
            status: message.statusCode ?? 0,
            headers: message.headers,
            bytes: Buffer.concat(chunks),
          }),
        );
      },
    );
    request.on("error", reject);
    request.end(bytes);
  });
}
