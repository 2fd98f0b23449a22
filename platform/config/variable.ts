import { z } from "zod";

/** What is known of an environment variable besides its schema. */
export interface VariableFacts {
  readonly name: string;
  readonly description: string;
  /** Its value is never shown: not in errors, not in logs. */
  readonly isSecret: boolean;
}

const facts = new WeakMap<z.core.$ZodType, VariableFacts>();
const allowedTexts = new WeakMap<z.core.$ZodType, string>();

/** Makes a schema the schema of an environment variable. Its input is the variable's text, or undefined. */
export function variable<Schema extends z.ZodType>(
  name: `JOBENGINE_${string}`,
  description: string,
  schema: Schema,
  more: { isSecret?: boolean } = {},
): Schema {
  // A schema may serve several variables; each needs an identity of its own.
  const own = schema.clone();
  facts.set(own, { name, description, isSecret: more.isSecret ?? false });
  allowedTexts.set(own, allowedText(schema));
  return own;
}

/** Says in words which texts a schema accepts; shown in errors and in the reference. */
export function allows<Schema extends z.ZodType>(text: string, schema: Schema): Schema {
  allowedTexts.set(schema, text);
  return schema;
}

/** One variable of a process, as errors and the reference show it. */
export interface VariableLine extends VariableFacts {
  readonly allowed: string;
  /** The value where the variable is not set; undefined where it has none. */
  readonly fallback: unknown;
  readonly isRequired: boolean;
  /** Where its value stands in the configuration object. */
  readonly path: readonly string[];
}

/** Every variable of a process's schema, in the order in which it is written there. */
export function listVariables(schema: z.core.$ZodType, path: readonly string[] = []): VariableLine[] {
  const own = facts.get(schema);
  if (own !== undefined) {
    const isRequired = !z.safeParse(schema, undefined).success;
    const fallback = isRequired ? undefined : z.parse(schema, undefined);
    return [{ ...own, allowed: allowedText(schema), fallback, isRequired, path }];
  }
  if (schema instanceof z.ZodPipe) return listVariables(schema.def.in, path);
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.def.shape).flatMap(([key, inner]) => listVariables(inner, [...path, key]));
}

function allowedText(schema: z.core.$ZodType): string {
  const own = allowedTexts.get(schema);
  if (own !== undefined) return own;
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional)
    return allowedText(schema.def.innerType);
  return "any text";
}
