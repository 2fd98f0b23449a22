import { z } from "@hono/zod-openapi";

/** A whole number in a query: decimal digits only, unlike `z.coerce`, which takes "", "0x1f" and " 7 ". */
export function queryInteger(min: number, max: number) {
  return z
    .string()
    .regex(/^-?\d{1,15}$/, "must be a whole number")
    .transform(Number)
    .pipe(z.number().min(min).max(max))
    .openapi({ type: "integer", minimum: min, maximum: max });
}

/** `true` or `false` in a query. */
export function queryFlag() {
  return z
    .enum(["true", "false"])
    .transform((text) => text === "true")
    .openapi({ type: "boolean" });
}

/** A parameter that may be given several times: `?state=running&state=queued`. Always a list for the handler. */
export function queryList<Item extends z.ZodType<unknown, string>>(item: Item, maxItems = 100) {
  const { $schema: _, ...items } = z.toJSONSchema(item, { io: "input" });
  return z
    .preprocess((given) => (typeof given === "string" ? [given] : given), z.array(item).max(maxItems))
    .openapi({ type: "array", items: items as { type: "string" }, maxItems });
}
