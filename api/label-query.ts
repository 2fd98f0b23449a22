import { z } from "@hono/zod-openapi";
import { queryList } from "../platform/http/query.ts";

/** The form of a key is that of `model/labels.ts`. */
const pair = z
  .string()
  .max(400)
  // oxlint-disable-next-line no-control-regex
  .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}=[^\u0000-\u001f\u007f-\u009f]*$/, "must be key=value");

/** `?label=key=value`, several times where all must hold. */
export const labelQuery = queryList(pair, 20)
  .optional()
  .openapi({ description: "`key=value`; may be given several times, all must hold." });

/** The pairs as a map; the last of equal keys counts. */
export function labelsOf(pairs: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    pairs.map((text) => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)]),
  );
}
