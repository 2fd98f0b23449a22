import { z } from "zod";
import { integer, seconds, text } from "../values.ts";
import { variable } from "../variable.ts";
import { authPart } from "./auth.ts";

const listenerPart = z.object({
  host: variable(
    "JOBENGINE_HTTP_HOST",
    "The address to listen on. `0.0.0.0` opens the service to the network.",
    text("an address or host name").default("127.0.0.1"),
  ),
  port: variable(
    "JOBENGINE_HTTP_PORT",
    "The port to listen on; 0 takes a free one.",
    integer(0, 65_535).default(8080),
  ),
  bodyMaxBytes: variable(
    "JOBENGINE_HTTP_BODY_MAX_BYTES",
    "The most bytes of a JSON body. Streamed uploads have limits of their own.",
    integer(1000, 64_000_000).default(1_000_000),
  ),
  requestTimeoutSeconds: variable(
    "JOBENGINE_HTTP_REQUEST_TIMEOUT_SECONDS",
    "How long a client may take to send a request, upload included.",
    seconds(1, 3600).default(300),
  ),
  pageTokenKey: variable(
    "JOBENGINE_PAGE_TOKEN_KEY",
    "Signs page tokens; the same on all replicas. Without it a random one: tokens then end with the process.",
    text("16 to 200 characters", /^[\x21-\x7e]{16,200}$/).optional(),
    { isSecret: true },
  ),
});

const tlsPart = z.object({
  certFile: variable(
    "JOBENGINE_HTTP_TLS_CERT_FILE",
    "A PEM file with the certificate of the service and those between it and its authority. With it the service speaks TLS, and uses renewed files by itself.",
    text("a path").optional(),
  ),
  keyFile: variable(
    "JOBENGINE_HTTP_TLS_KEY_FILE",
    "A PEM file with the private key of that certificate.",
    text("a path").optional(),
  ),
});

/** The addresses that only this machine reaches. */
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/;

/** The listener and who may speak to it; plain identity headers are believed on a loopback address only. */
export const httpPart = z
  .object({ listener: listenerPart, tls: tlsPart, auth: authPart })
  .superRefine(({ listener, tls, auth }, context) => {
    if ((tls.certFile === undefined) !== (tls.keyFile === undefined)) {
      const message =
        "JOBENGINE_HTTP_TLS_CERT_FILE and JOBENGINE_HTTP_TLS_KEY_FILE belong together: set both or none";
      context.addIssue({ code: "custom", path: ["tls"], message });
    }
    if (auth.mode !== "dev" || loopback.test(listener.host)) return;
    const message =
      "JOBENGINE_AUTH_MODE=dev believes every caller, so it listens on a loopback address only (127.0.0.1)";
    context.addIssue({ code: "custom", path: ["listener", "host"], message });
  });
