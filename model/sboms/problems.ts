import { DomainError, type FieldError } from "../errors.ts";

const namedProblems = 20;

/** Collects what is wrong with a document: the first 20 by name, the others by number. */
export interface Problems {
  add(path: string, message: string): void;
  /** Throws `invalid` with all that was collected; returns when there was nothing. */
  throwIfAny(): void;
}

export function createProblems(): Problems {
  const fields: FieldError[] = [];
  let count = 0;
  return {
    add(path, message) {
      count += 1;
      if (fields.length < namedProblems) fields.push({ path, message });
    },
    throwIfAny() {
      const [first] = fields;
      if (!first) return;
      const others = count === 1 ? "" : ` (and ${count - 1} more)`;
      throw new DomainError("invalid", `${first.path}: ${first.message}${others}`, { fields });
    },
  };
}
