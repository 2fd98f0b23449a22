import { z } from "zod";

/**
 * No control characters: PostgreSQL refuses NUL, terminals and logs suffer from the others. Written without flags
 * and classes of Unicode, which the API description cannot carry and other languages do not read.
 */
// oxlint-disable-next-line no-control-regex
const printable = /^[^\u0000-\u001f\u007f-\u009f]*$/;

/** One line of text that people write, at most `maxLength` UTF-16 units; lone surrogates cannot be stored. */
export function plainText(maxLength: number) {
  return z
    .string()
    .max(maxLength)
    .regex(printable, "must not contain control characters")
    .refine((text) => text.isWellFormed(), "must not contain half surrogate pairs");
}
