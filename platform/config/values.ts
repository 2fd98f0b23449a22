import { z } from "zod";
import { allows } from "./variable.ts";

/** A whole number in decimal digits. */
export function integer(min: number, max: number) {
  const schema = z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max));
  return allows(`a whole number from ${min} to ${max}`, schema);
}

/** A number of seconds, fractions allowed. */
export function seconds(min: number, max: number) {
  const schema = z
    .string()
    .regex(/^\d{1,9}(?:\.\d{1,3})?$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max));
  return allows(`seconds from ${min} to ${max}, fractions allowed`, schema);
}

export function choice<const Names extends readonly [string, ...string[]]>(names: Names) {
  return allows(names.map((name) => `\`${name}\``).join(", "), z.enum(names));
}

export function flag() {
  return allows(
    "`true`, `false`",
    z.enum(["true", "false"]).transform((text) => text === "true"),
  );
}

/** An address with one of the given schemes, kept as text. */
export function address(schemes: readonly string[], example: string) {
  const schema = z.string().refine((text) => schemes.some((scheme) => isAddress(text, scheme)));
  return allows(`an address such as \`${example}\``, schema);
}

/** `host:port`. */
export function hostAndPort(example: string) {
  return allows(
    `host and port, such as \`${example}\``,
    z.string().regex(/^[^\s/:]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/),
  );
}

export function text(allowed: string, pattern = /^[^\p{Cc}]+$/u) {
  return allows(allowed, z.string().regex(pattern));
}

function isAddress(given: string, scheme: string): boolean {
  return given.startsWith(`${scheme}://`) && URL.canParse(given);
}
