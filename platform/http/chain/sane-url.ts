import type { MiddlewareHandler } from "hono";
import { DomainError } from "../../../model/errors.ts";
import type { HttpEnv } from "../env.ts";

/**
 * Refuses addresses that the router would read otherwise than the caller meant: broken percent-encoding
 * (which Hono passes on undecoded), encoded slashes in the path, NUL and other control characters.
 */
export function saneUrl(): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const url = c.req.raw.url;
    const from = url.indexOf("/", url.indexOf("//") + 2);
    const target = from === -1 ? "" : url.slice(from);
    if (target.includes("%")) {
      const question = target.indexOf("?");
      const path = question === -1 ? target : target.slice(0, question);
      if (/%(?:2f|5c)/i.test(path)) throw bad("The path contains an encoded slash.");
      if (hasControlCharacter(decode(path))) throw bad("The path contains a control character.");
      if (question !== -1 && decode(target.slice(question)).includes("\u0000")) {
        throw bad("The query contains a NUL character.");
      }
    }
    await next();
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw bad("The address contains broken percent-encoding: write % as %25 and bytes as UTF-8.");
  }
}

function hasControlCharacter(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

const bad = (message: string) => new DomainError("bad_request", message);
