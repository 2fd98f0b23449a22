import { fieldPath } from "../../platform/http/field-errors.ts";
import { jsonBodyOf, type Operation, type Schema } from "./testing/document.ts";
import { changed, goodRequest, withBody } from "./testing/requests.ts";
import { placesOf, textPlaces, typesOf, withValueAt, wrongValues } from "./testing/values.ts";
import { type Case, walk } from "./testing/walk.ts";
import { createWorld, type World } from "./testing/world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

interface JsonOperation {
  readonly operation: Operation;
  readonly schema: Schema;
  readonly example: unknown;
}

const withBodies = () => world.operations.filter(({ body }) => body !== undefined);
const withJson = (): JsonOperation[] =>
  world.operations.flatMap((operation) => {
    const json = jsonBodyOf(operation);
    return json === undefined ? [] : [{ operation, ...json }];
  });

const padded = (example: unknown) => JSON.stringify(example) + " ".repeat(1_000_001);

/** The fields that a schema allows and no others. */
const isClosed = ({ schema }: { readonly schema: Schema }) => schema.additionalProperties === false;

const jsonCases = (casesOf: (json: JsonOperation) => Omit<Case, "operation">[]): Case[] =>
  withJson().flatMap((json) => casesOf(json).map((one) => ({ operation: json.operation, ...one })));

function withText(operation: Operation, body: string | Uint8Array) {
  const headers = { "content-type": "application/json" };
  return changed(goodRequest(world, operation), { body, headers });
}

test("what is no JSON document in UTF-8 cannot be read", async () => {
  const broken: [what: string, body: string | Uint8Array][] = [
    ["half a document", '{"a": [1, '],
    ["a trailing comma", '{"a": 1,}'],
    ["two documents", "{} {}"],
    ["single quotes", "{'a': 1}"],
    ["NaN", '{"a": NaN}'],
    ["blanks", "  \n"],
    ["a raw line end in a text", '{"a": "\n"}'],
    ["bytes that are no UTF-8", Buffer.from([0x22, 0xff, 0xfe, 0x22])],
    ["bytes of half a surrogate pair", Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ["UTF-16", Buffer.from('{"a": 1}', "utf16le")],
    ["lists in lists, a hundred thousand deep", "[".repeat(100_000)],
    ["objects in objects, 65 deep", `${'{"a":'.repeat(65)}1${"}".repeat(65)}`],
  ];
  const cases = jsonCases(({ operation }) =>
    broken.map(([what, body]) => ({ what, request: withText(operation, body), code: "bad_request" })),
  );
  expect(await walk(world, cases)).toEqual([]);
});

test("a document of another kind is refused as a whole", async () => {
  const kinds = ["null", "[]", "1", '"text"', "true"];
  const cases = jsonCases((json) =>
    kinds.map((body) => ({
      what: body,
      request: withText(json.operation, body),
      code: "invalid",
      // A document of somebody else's making has a name of its own.
      ...(isClosed(json) && { field: "body" }),
    })),
  );
  expect(await walk(world, cases)).toEqual([]);
});

test("a field that the schema does not know is named, at every depth", async () => {
  const cases = jsonCases(({ operation, schema, example }) =>
    placesOf(schema)
      .filter(isClosed)
      .map(({ path }) => {
        const place = [...path, "nonsense"];
        return {
          what: `an unknown field ${fieldPath(place)}`,
          request: withBody(goodRequest(world, operation), withValueAt(example, place, 1)),
          code: "invalid",
          field: fieldPath(place),
        };
      }),
  );
  expect(await walk(world, cases)).toEqual([]);
});

test("a field that is missing is named", async () => {
  const cases = jsonCases(({ operation, schema, example }) =>
    (schema.required ?? []).map((name) => ({
      what: `no ${name}`,
      request: withBody(goodRequest(world, operation), { ...(example as object), [name]: undefined }),
      code: "invalid",
      field: name,
    })),
  );
  expect(await walk(world, cases)).toEqual([]);
});

test("a value that the schema does not take is named, at every depth", async () => {
  const cases = jsonCases(({ operation, schema, example }) =>
    placesOf(schema)
      .slice(1)
      .flatMap(({ path, schema: inner }) =>
        wrongValues(inner).map(({ what, value }) => ({
          what: `${what} at ${fieldPath(path)}`,
          request: withBody(goodRequest(world, operation), withValueAt(example, path, value)),
          code: "invalid" as const,
          field: fieldPath(path),
        })),
      ),
  );
  expect(await walk(world, cases)).toEqual([]);
});

test("texts that cannot be stored are named, wherever a text may stand", async () => {
  const texts: [what: string, text: string][] = [
    ["NUL", "a\u0000b"],
    ["half a surrogate pair", "a\ud800b"],
    ["the other half", "\udc00"],
  ];
  const cases = jsonCases(({ operation, schema, example }) => {
    const described = placesOf(schema).filter((place) => typesOf(place.schema).has("string"));
    const places = new Map(
      [...described.map(({ path }) => path), ...textPlaces(example)].map((path) => [fieldPath(path), path]),
    );
    return [...places].flatMap(([name, path]) =>
      texts.map(([what, text]) => ({
        what: `${what} at ${name}`,
        request: withBody(goodRequest(world, operation), withValueAt(example, path, text)),
        code: "invalid" as const,
        field: name,
      })),
    );
  });
  expect(await walk(world, cases)).toEqual([]);
});

test("keys and numbers that cannot be stored are named", async () => {
  const bodies: [what: string, body: string, field: string][] = [
    ["a key with NUL", '{"a\\u0000": 1}', '["a\\u0000"]'],
    ["a key with half a surrogate pair", '{"\\ud800": 1}', '["\\ud800"]'],
    ["the key __proto__", '{"__proto__": {"admin": true}}', "__proto__"],
    ["a number beyond the double range", '{"a": 1e999}', "a"],
  ];
  const cases = jsonCases(({ operation }) =>
    bodies.map(([what, body, field]) => ({
      what,
      request: withText(operation, body),
      code: "invalid",
      field,
    })),
  );
  expect(await walk(world, cases)).toEqual([]);
});

test("a body of another type, of no type or packed is not taken", async () => {
  const headers: [what: string, headers: Record<string, string | undefined>][] = [
    ["the type of an image", { "content-type": "image/png" }],
    ["the type of a form", { "content-type": "multipart/form-data; boundary=x" }],
    ["a broken type", { "content-type": "application" }],
    ["an empty type", { "content-type": "" }],
    ["packed bytes", { "content-encoding": "gzip" }],
  ];
  const cases = withBodies().flatMap((operation) =>
    headers.map(([what, change]): Case => ({
      operation,
      what,
      request: changed(goodRequest(world, operation), { headers: change }),
      code: "unsupported_media_type",
    })),
  );
  expect(await walk(world, cases)).toEqual([]);
});

test("a body that is announced as too large is refused unread", async () => {
  const cases = withBodies().map((operation): Case => {
    const headers = { "content-length": String(Number.MAX_SAFE_INTEGER) };
    return {
      operation,
      what: "a huge Content-Length",
      request: changed(goodRequest(world, operation), { headers }),
      code: "too_large",
    };
  });
  expect(await walk(world, cases)).toEqual([]);
});

test("a body that turns out to be too large is refused", async () => {
  const cases = withJson()
    .filter(isClosed)
    .map(({ operation, example }): Case => ({
      operation,
      what: "more than 1,000,000 bytes",
      request: withText(operation, padded(example)),
      code: "too_large",
    }));
  expect(await walk(world, cases)).toEqual([]);
});

test("a body that is required may not be missing", async () => {
  const cases = withJson()
    .filter(({ operation }) => operation.body?.required === true)
    .map(({ operation }): Case => ({
      operation,
      what: "no body",
      request: changed(goodRequest(world, operation), { body: undefined }),
      code: "bad_request",
    }));
  expect(await walk(world, cases)).toEqual([]);
});
