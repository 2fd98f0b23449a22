import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { Readable } from "node:stream";
import type { Fetch, FetchInit } from "./queue-connection.ts";

/** Reads the file of a `caFile` option. @throws TypeError when it cannot be read or holds no certificate. */
export function readAuthorities(caFile: string): string {
  let pem: string;
  try {
    pem = readFileSync(caFile, "utf8");
  } catch (error) {
    throw new TypeError(`caFile cannot be read: ${caFile}`, { cause: error });
  }
  if (!pem.includes("-----BEGIN CERTIFICATE-----"))
    throw new TypeError(`caFile holds no PEM certificate: ${caFile}`);
  return pem;
}

/** How requests to the engine's API are sent: by the platform's fetch, which takes no authorities of one's own. */
export function createEngineFetch(apiUrl: string, ca: string | undefined): Fetch {
  if (ca === undefined || !apiUrl.startsWith("https:")) {
    return async (url, init) => await fetch(url, { ...init, ...bodyOf(init.body), redirect: "error" });
  }
  const agent = new Agent({ ca, keepAlive: true });
  return async (url, { method, headers, body, signal }) =>
    await new Promise<Response>((resolve, reject) => {
      const request = httpsRequest(url, { method, headers, agent, signal }, (message) => {
        if ((message.statusCode ?? 0) >= 300 && (message.statusCode ?? 0) < 400) {
          message.destroy();
          reject(new TypeError("The engine's API does not redirect."));
        } else resolve(toResponse(message));
      });
      request.on("error", (error) => {
        // No file stays open behind a try that failed.
        if (body instanceof Readable) body.destroy();
        reject(error);
      });
      if (body instanceof Readable) body.on("error", (error) => request.destroy(error)).pipe(request);
      else request.end(body ?? undefined);
    });
}

function bodyOf(body: FetchInit["body"]): Pick<RequestInit, "body" | "duplex"> {
  return body instanceof Readable
    ? { body: Readable.toWeb(body) as ReadableStream, duplex: "half" }
    : { body: body as string | Uint8Array<ArrayBuffer> | null };
}

function toResponse(message: IncomingMessage): Response {
  const status = message.statusCode ?? 500;
  const headers = Object.entries(message.headers).flatMap(([name, value]): [string, string][] =>
    [value ?? []].flat().map((one) => [name, one]),
  );
  if (status === 204) {
    message.resume();
    return new Response(null, { status, headers });
  }
  return new Response(Readable.toWeb(message) as ReadableStream, { status, headers });
}
