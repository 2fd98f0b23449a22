import type { z } from "zod";

type DeepReadonly<T> = T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T;

/** The configuration of a process: what its schema gives, frozen. */
export type Config<Schema extends z.ZodType> = DeepReadonly<z.output<Schema>>;

/** Freezes a value and everything in it. */
export function freezeDeep<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freezeDeep(inner);
  }
  return value;
}
