import { z } from "zod";

/** Neither control characters nor lone surrogates: PostgreSQL refuses both, terminals and logs suffer from them. */
const printable = /^[^\p{Cc}\p{Cs}]*$/u;

/** One line of text that people write, at most `maxLength` UTF-16 units. */
export function plainText(maxLength: number) {
  return z.string().max(maxLength).regex(printable, "must not contain control characters");
}
