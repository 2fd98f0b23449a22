import * as fc from "fast-check";
import { hasScope, identity } from "./identity.ts";
import { parseScopeList } from "./scope.ts";
import { tenantId } from "./tenant.ts";
import { formatWorkerKey, parseWorkerKey } from "./worker-key.ts";

test.each(["acme", "a", "0198c2f4-0000-7000-8000-000000000000", "tenant_1", "a".repeat(63)])(
  "%s is a tenant id",
  (text) => expect(tenantId.safeParse(text).success).toBe(true),
);

test.each(["", "*", "..", "Acme", "-a", "a/b", "a b", "a".repeat(64), "a\n", "a\u0000", "é", "{x}"])(
  "%j is no tenant id",
  (text) => expect(tenantId.safeParse(text).success).toBe(false),
);

test("a scope is held by its exact name only", () => {
  const who = identity.parse({ tenant: "acme", actor: "ann", scopes: ["scheduler.runs.read"] });
  expect(hasScope(who, "scheduler.runs.read")).toBe(true);
  expect(hasScope(who, "scheduler.runs")).toBe(false);
});

test("scope lists are split at any run of blanks", () => {
  expect(parseScopeList("  a.read  b:write\tc ")).toEqual(["a.read", "b:write", "c"]);
});

const hex = (length: number) =>
  fc.string({
    unit: fc.constantFrom(...Array.from("0123456789abcdef")),
    minLength: length,
    maxLength: length,
  });

test("a worker key is read back as it was written", () => {
  fc.assert(
    fc.property(hex(16), hex(64), (keyId, secret) => {
      expect(parseWorkerKey(formatWorkerKey({ keyId, secret }))).toEqual({ keyId, secret });
    }),
  );
});

test("what is not a worker key is not read as one", () => {
  expect(parseWorkerKey("wk_1_2")).toBeUndefined();
  expect(parseWorkerKey(`wk_${"a".repeat(16)}_${"b".repeat(64)}\n`)).toBeUndefined();
});
