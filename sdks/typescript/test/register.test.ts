import { readFileSync } from "node:fs";
import path from "node:path";
import { parseRegistration, RegistrationFailed, type Transport, WorkerRefused } from "../src/register.ts";
import { secretOf } from "../src/worker-key.ts";

function vectors<T>(name: string): T[] {
  return JSON.parse(readFileSync(path.join(import.meta.dirname, "../../conformance", name), "utf8")) as T[];
}

function readAs(answer: unknown, transport?: Transport): string {
  try {
    parseRegistration(answer, transport);
    return "accepted";
  } catch (error) {
    if (error instanceof WorkerRefused) return "refused";
    return error instanceof RegistrationFailed ? "retry" : "bug";
  }
}

test.each(vectors<{ name: string; answer: unknown; reads: string }>("registrations.json"))(
  "the registration answer with $name is read as $reads",
  ({ answer, reads }) => expect(readAs(answer)).toBe(reads),
);

test.each(
  vectors<{ name: string; answer: unknown; connectsTo?: string }>("registrations.json").filter(
    ({ connectsTo }) => connectsTo !== undefined,
  ),
)("the worker connects without credentials of others: $name", ({ answer, connectsTo }) =>
  expect(parseRegistration(answer)).toMatchObject({ valkeyUrl: connectsTo }),
);

test.each(vectors<{ name: string; answer: unknown; reads: string }>("registrations-https.json"))(
  "over HTTPS the registration answer with $name is read as $reads",
  ({ answer, reads }) => expect(readAs(answer, "https")).toBe(reads),
);

test.each(vectors<{ key: string; secret: string | null }>("worker-keys.json"))(
  "the worker key %j",
  ({ key, secret }) => {
    let found: string | null = null;
    try {
      found = secretOf(key);
    } catch {
      found = null;
    }
    expect(found).toBe(secret);
  },
);
