import { z } from "zod";
import { problemKinds, type ProblemCode } from "../../platform/http/problem.ts";
import { describedApi } from "../../scripts/route-reference.ts";
import {
  type Content,
  type Operation,
  parametersIn,
  readDescription,
  type Schema,
} from "./testing/document.ts";

let operations: Operation[];
beforeAll(async () => {
  ({ operations } = await readDescription(describedApi()));
});

const isSuccess = (status: string) => status < "300";

const successes = ({ answers }: Operation): [string, Content][] =>
  Object.entries(answers).filter(([status]) => isSuccess(status));

test("every operation says in words what it does", () => {
  for (const { name, summary, description, answers } of operations) {
    expect([name, summary]).toEqual([name, expect.stringMatching(/^[A-Z].{5,70}[^.]$/)]);
    expect([name, description]).toEqual([name, expect.stringMatching(/^[^]{20,}\.$/)]);
    for (const [status, answer] of Object.entries(answers)) {
      expect([name, status, answer.description]).toEqual([name, status, expect.stringMatching(/^[^]+\.$/)]);
    }
  }
});

test("every operation has an example of what it takes and of what it answers", () => {
  const without = operations.flatMap(({ name, body, answers }) =>
    [["body", body] as const, ...successes({ answers } as Operation)].flatMap(([what, content]) => {
      const media = Object.values(content?.content ?? {});
      return media.length === 0 || media.some(({ example }) => example !== undefined)
        ? []
        : [`${name}: ${what}`];
    }),
  );
  expect(without).toEqual([]);
});

/** Everything of an operation that has a schema, by a name. */
function described({ name, parameters, body, answers }: Operation) {
  const media = [["body", body] as const, ...Object.entries(answers)].flatMap(([what, content]) =>
    Object.entries(content?.content ?? {}).map(
      ([type, one]) => [`${name}: ${what} as ${type}`, one] as const,
    ),
  );
  return [
    ...parameters
      .map((one) => [`${name}: ${one.in} ${one.name}`, one.schema] as const)
      .map(
        ([what, schema]) => [what, { schema, example: (schema as { example?: unknown }).example }] as const,
      ),
    ...media,
  ];
}

test("every schema can be read back, and its example is one of its values", () => {
  const wrong = operations.flatMap(described).flatMap(([what, { schema, example }]) => {
    if (schema === undefined) return [`${what} has no schema`];
    if (example === undefined || schema.format === "binary") return [];
    const parsed = z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema).safeParse(example);
    return parsed.success ? [] : [`${what}: ${z.prettifyError(parsed.error)}`];
  });
  expect(wrong).toEqual([]);
});

test("every example passes the schema that the service itself parses and writes with", () => {
  const wrong: string[] = [];
  let examples = 0;
  for (const definition of describedApi().openAPIRegistry.definitions) {
    if (definition.type !== "route") continue;
    const { method, path, request, responses } = definition.route;
    const bodies = [request?.body, ...Object.values(responses)] as { content?: Record<string, unknown> }[];
    for (const content of bodies.flatMap((body) => Object.values(body?.content ?? {}))) {
      const { schema, example } = content as { schema?: unknown; example?: unknown };
      if (!(schema instanceof z.ZodType) || example === undefined) continue;
      examples++;
      const parsed = schema.safeParse(example);
      if (!parsed.success) wrong.push(`${method} ${path}: ${z.prettifyError(parsed.error)}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(examples).toBeGreaterThan(40);
});

test("every pattern is one that other languages read: no slashes around it, no flags behind it", () => {
  const patterns = JSON.stringify(operations).match(/"pattern":"(?:[^"\\]|\\.)*"/g) ?? [];
  const texts = [...new Set(patterns)].map((pair) => JSON.parse(pair.slice(10)) as string);
  expect(texts.length).toBeGreaterThan(5);
  expect(texts.filter((text) => !/^\^.*\$$/.test(text))).toEqual([]);
});

test("every operation lists the errors that its form lets it have", () => {
  for (const operation of operations) {
    const codes: ProblemCode[] = ["bad_request", "invalid", "rate_limited", "internal", "unavailable"];
    const { name, scope, method, body, answers } = operation;
    if (scope !== "public") codes.push("unauthenticated");
    if (scope !== "public" && scope !== "worker-key") codes.push("forbidden");
    if (parametersIn(operation, "path").length > 0) codes.push("not_found");
    if (body !== undefined) codes.push("too_large", "unsupported_media_type");
    if (parametersIn(operation, "header").some((header) => header.name === "idempotency-key"))
      codes.push("conflict");
    const listed = Object.keys(answers);
    const missing = codes.filter((code) => !listed.includes(String(problemKinds[code].status)));
    expect([name, method, missing]).toEqual([name, method, []]);
  }
});

test("every list of names says which names there are", () => {
  const lists = operations.flatMap(({ name, parameters }) =>
    parameters.filter(({ schema }) => schema.items !== undefined).map((one) => [name, one] as const),
  );
  const bare = lists
    .filter(([, { schema }]) => isBare(schema.items ?? {}))
    .map(([name, one]) => `${name}: ${one.name}`);
  expect(lists.length).toBeGreaterThan(5);
  expect(bare).toEqual([]);
});

const isBare = (schema: Schema) => schema.enum === undefined && schema.pattern === undefined;
