import { type Operation, type Parameter, parametersIn } from "./testing/document.ts";
import { changed, goodRequest, withParameter } from "./testing/requests.ts";
import { sampleOf, typesOf, wrongValues } from "./testing/values.ts";
import { type Answer, type Case, problemOf, send, walk } from "./testing/walk.ts";
import { createWorld, type World } from "./testing/world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

test("another method is refused with the list of those that the path takes", async () => {
  const cases = world.operations.flatMap((operation) => {
    const path = world.knownPath(operation);
    const taken = methodsAt(path);
    const allow = [...taken, ...(taken.includes("GET") ? ["HEAD"] : [])].join(", ");
    return [...methods, "BREW"]
      .filter((method) => !taken.includes(method))
      .map((method): Case => ({
        operation,
        what: `the method ${method}`,
        request: changed(goodRequest(world, operation), { method, body: undefined }),
        code: "method_not_allowed",
        also: ({ headers }: Answer) =>
          headers.get("allow") === allow ? undefined : `allows ${headers.get("allow")}, not ${allow}`,
      }));
  });
  expect(await walk(world, cases)).toEqual([]);
});

/** The methods that the description has at a path, whichever of its patterns fit. */
function methodsAt(path: string): string[] {
  const fits = (operation: Operation) =>
    new RegExp(`^${operation.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path);
  const taken = new Set(world.operations.filter(fits).map(({ method }) => method));
  return methods.filter((method) => taken.has(method));
}

/** A case for each path parameter of each operation, with a text in its place as it stands. */
function inEachPathParameter(text: string, code: Case["code"]): Case[] {
  return world.operations.flatMap((operation) =>
    parametersIn(operation, "path").map(({ name }) => {
      const steps = world.knownPath(operation).split("/");
      steps[operation.path.split("/").indexOf(`{${name}}`)] = text;
      const [, query] = goodRequest(world, operation).path.split("?");
      const path = steps.join("/") + (query === undefined ? "" : `?${query}`);
      return {
        operation,
        what: `the ${name} ${text.slice(0, 40)}`,
        request: changed(goodRequest(world, operation), { path }),
        code,
      };
    }),
  );
}

test.each(["a%2fb", "%2F..%2f", "a%5cb", "a%00b", "%0a", "%7f", "%c2%85", "%", "%zz", "%ff", "%ed%a0%80"])(
  "the path parameter %j cannot be read",
  async (text) => {
    expect(await walk(world, inEachPathParameter(text, "bad_request"))).toEqual([]);
  },
);

test.each([
  "...",
  "%25",
  "%2525",
  "nonsense",
  "'%20or%201=1--",
  "%E2%98%83",
  "%F0%9F%92%A9",
  "{id}",
  "*",
  "0",
  "x".repeat(5_000),
])("the path parameter %j is not found", async (text) => {
  const cases = inEachPathParameter(text, "not_found").filter(
    // What a worker stores may be named nearly anything, and limits are set for whoever or whatever comes later.
    ({ operation, what }) => !(operation.name.startsWith("PUT") && /^the (name|key|tenant) /.test(what)),
  );
  expect(await walk(world, cases)).toEqual([]);
});

interface Asked {
  readonly operation: Operation;
  readonly parameter: Parameter;
}

const asked = (): Asked[] =>
  world.operations.flatMap((operation) =>
    parametersIn(operation, "query").map((parameter) => ({ operation, parameter })),
  );

const query = (name: string, text: string) => `${name}=${encodeURIComponent(text)}`;

function parameterCase({ operation, parameter: { name } }: Asked, what: string, raw: string): Case {
  return {
    operation,
    what: `${what} as ${name}`,
    request: withParameter(goodRequest(world, operation), raw),
    code: "invalid",
    field: name,
  };
}

test("a query parameter that nobody knows is named", async () => {
  const cases = world.operations.map((operation): Case => ({
    operation,
    what: "an unknown parameter",
    request: withParameter(goodRequest(world, operation), "nonsense=1"),
    code: "invalid",
    field: "nonsense",
  }));
  expect(await walk(world, cases)).toEqual([]);
});

test("a query parameter that must be there is named", async () => {
  const cases = asked()
    .filter(({ parameter }) => parameter.required === true)
    .map((one) => {
      const [path = ""] = goodRequest(world, one.operation).path.split("?");
      const { request, ...rest } = parameterCase(one, "nothing", "");
      return { ...rest, request: changed(request, { path }) };
    });
  expect(await walk(world, cases)).toEqual([]);
});

test("a query parameter that the description does not take is named", async () => {
  const cases = asked().flatMap((one) =>
    wrongTexts(one.parameter).map(([what, raw]) => parameterCase(one, what, raw)),
  );
  expect(await walk(world, cases)).toEqual([]);
});

/** Queries that a parameter's schema refuses. */
function wrongTexts({ name, schema }: Parameter): [what: string, raw: string][] {
  const types = typesOf(schema);
  const one = (texts: string[]) =>
    texts.map((text): [string, string] => [JSON.stringify(text.slice(0, 40)), query(name, text)]);
  const bounds = wrongValues(schema).filter(({ value }) => typeof value === "number" && value !== 1.5);
  if (types.has("integer")) {
    const texts = [
      "",
      "x",
      "1.5",
      "1e3",
      "0x1f",
      " 7 ",
      "+1",
      "--1",
      "9".repeat(400),
      "NaN",
      "Infinity",
      "\u0661",
    ];
    return one([...texts, ...bounds.map(({ value }) => String(value))]);
  }
  if (types.has("boolean")) return one(["", "yes", "TRUE", "1", "null"]);
  if (types.has("array")) {
    const { items = {}, maxItems } = schema;
    const many = Array.from({ length: (maxItems ?? 0) + 1 }, () => query(name, String(sampleOf(items)))).join(
      "&",
    );
    return [
      ...(maxItems === undefined ? [] : [["too many", many] as [string, string]]),
      ...wrongTexts({ name, in: "query", schema: items }),
    ];
  }
  return one(wrongValues(schema).flatMap(({ value }) => (typeof value === "string" ? [value] : []))).filter(
    ([, raw]) => !raw.includes("%00"),
  );
}

test("a query parameter with bytes that are no text cannot be read", async () => {
  const cases = asked().flatMap((one) =>
    ["%00", "a%00b", "%ff", "%ed%a0%80", "%", "%zz"].map((raw): Case => {
      const { field: _, ...rest } = parameterCase(one, raw, `${one.parameter.name}=${raw}`);
      return { ...rest, code: "bad_request" };
    }),
  );
  expect(await walk(world, cases)).toEqual([]);
});

test("a query parameter that is given twice is named, unless it is a list", async () => {
  const cases = asked()
    .filter(({ parameter }) => !typesOf(parameter.schema).has("array"))
    .map((one) => {
      const { name, schema } = one.parameter;
      const text = query(name, String(sampleOf(schema)));
      return parameterCase(one, "two values", `${text}&${text}`);
    });
  expect(await walk(world, cases)).toEqual([]);
});

/** Texts that a schema without a pattern lets through. */
const oddTexts = [
  "",
  " ",
  "nonsense",
  "0",
  "-1",
  "null",
  "[object Object]",
  "'; drop table scheduler.runs; --",
  "%s%n\\",
  "*",
  "=",
  "a=b=c",
  "{}",
  "pkg:",
  "pkg:npm/a@vers:npm/",
  "pkg:npm/a@vers:npm/%",
  "pkg:npm/%ff",
  "pkg:a/b?c",
  "0001-01-01",
  "9999-12-31",
  "10000-01-01",
  "-271821-04-20",
  "2026-02-30",
  "2026-13",
  "\u2603\u{1f4a9}",
  "\u2028",
  "\ufeff",
];

const isText = ({ operation, parameter }: Asked) =>
  operation.method === "GET" && !typesOf(parameter.schema).has("integer");

test("nothing that stands in a query parameter is an error of ours", async () => {
  const wrong: unknown[] = [];
  for (const { operation, parameter } of asked().filter(isText)) {
    for (const text of oddTexts) {
      const answer = await send(
        world,
        withParameter(goodRequest(world, operation), query(parameter.name, text)),
      );
      if (answer.status < 300) continue;
      const problem = problemOf(answer);
      const isTold =
        typeof problem !== "string" && problem.errors?.every(({ path }) => path.startsWith(parameter.name));
      if (answer.status === 422 && isTold) continue;
      wrong.push([operation.name, parameter.name, text, answer.status, problem]);
    }
  }
  expect(wrong).toEqual([]);
});
