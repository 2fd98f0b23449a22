import { z } from "zod";

/**
 * Where a request schema would drop unknown fields in silence: the paths of its plain `z.object`s. A typo in a
 * request must be an error, so routes refuse to be defined with such a schema.
 */
export function lenientObjects(schema: z.core.$ZodType, path = "body", seen = new Set<unknown>()): string[] {
  if (seen.has(schema)) return [];
  seen.add(schema);
  const at = (inner: z.core.$ZodType, step = "") => lenientObjects(inner, path + step, seen);
  if (schema instanceof z.ZodObject) {
    const own = schema.def.catchall === undefined ? [path] : [];
    return [...own, ...Object.entries(schema.def.shape).flatMap(([key, inner]) => at(inner, `.${key}`))];
  }
  if (schema instanceof z.ZodArray) return at(schema.def.element, "[]");
  if (schema instanceof z.ZodRecord) return at(schema.def.valueType, "{}");
  if (schema instanceof z.ZodTuple) return schema.def.items.flatMap((item, index) => at(item, `[${index}]`));
  if (schema instanceof z.ZodUnion) return schema.def.options.flatMap((option) => at(option));
  if (schema instanceof z.ZodPipe) return [...at(schema.def.in), ...at(schema.def.out)];
  if (schema instanceof z.ZodIntersection) return [...at(schema.def.left), ...at(schema.def.right)];
  if (schema instanceof z.ZodLazy) return at(schema.def.getter());
  if (isWrapper(schema)) return at(schema.def.innerType);
  return [];
}

type Wrapper = z.ZodOptional | z.ZodNullable | z.ZodDefault | z.ZodPrefault | z.ZodReadonly | z.ZodCatch;

function isWrapper(schema: z.core.$ZodType): schema is Wrapper {
  return (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodReadonly ||
    schema instanceof z.ZodCatch
  );
}
