import { jsonBodyOf, type Operation, parametersIn } from "./testing/document.ts";
import { changed, goodRequest, withBody } from "./testing/requests.ts";
import { textPlaces, withValueAt } from "./testing/values.ts";
import { type Case, problemOf, send, walk } from "./testing/walk.ts";
import { createWorld, type World } from "./testing/world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

function withHeader(operation: Operation, name: string, text: string | undefined) {
  return changed(goodRequest(world, operation), { headers: { [name]: text } });
}

const taking = (header: string) =>
  world.operations.filter((operation) =>
    parametersIn(operation, "header").some(({ name }) => name === header),
  );
const listing = (status: string) => world.operations.filter(({ answers }) => answers[status] !== undefined);
const scoped = () => world.operations.filter(({ scope }) => scope !== "public" && scope !== "worker-key");

test("an idempotency key of another form is refused", async () => {
  const keys = ["", "a b", "k".repeat(256), "schl\u00fcssel", "a\tb"];
  const cases = taking("idempotency-key").flatMap((operation) =>
    keys.map((key): Case => ({
      operation,
      what: `the key ${JSON.stringify(key.slice(0, 20))}`,
      request: withHeader(operation, "idempotency-key", key),
      code: "invalid",
      field: "idempotency-key",
    })),
  );
  expect(await walk(world, cases)).toEqual([]);
});

test("an idempotency key that was used for another body is refused", async () => {
  for (const operation of taking("idempotency-key")) {
    const first = withHeader(operation, "idempotency-key", "used");
    const { status } = await send(world, first);
    expect([operation.name, Math.floor(status / 100)]).toEqual([operation.name, 2]);
    const { example } = jsonBodyOf(operation)!;
    const bodies = textPlaces(example).map((path) => withValueAt(example, path, "another"));
    const refused = await Promise.all(
      bodies.map(async (body) => problemOf(await send(world, withBody(first, body)))),
    );
    // Some texts have a form of their own and are refused before the key is looked at.
    expect([operation.name, refused]).toEqual([
      operation.name,
      expect.arrayContaining([
        expect.objectContaining({
          code: "invalid",
          errors: [expect.objectContaining({ path: "idempotency-key" })],
        }),
      ]),
    ]);
  }
});

test("the place to resume from may not be longer than any that was given out", async () => {
  const cases = taking("last-event-id").map((operation): Case => ({
    operation,
    what: "a long Last-Event-ID",
    request: withHeader(operation, "last-event-id", "9".repeat(201)),
    code: "invalid",
    field: "last-event-id",
  }));
  expect(await walk(world, cases)).toEqual([]);
});

test("what changes a revision asks for the one that was read", async () => {
  const cases = listing("428").flatMap((operation) =>
    [undefined, "", "  "].map((text): Case => ({
      operation,
      what: `If-Match ${JSON.stringify(text)}`,
      request: withHeader(operation, "if-match", text),
      code: "precondition_required",
    })),
  );
  expect(await walk(world, cases)).toEqual([]);
});

test("a revision that is not the current one changes nothing", async () => {
  const tags = [
    '"0"',
    '"999999999999999"',
    '"99999999999999999999"',
    '"-1"',
    '"1e3"',
    "1",
    "nonsense",
    'W/"1"',
    '"1", "2"',
    '"',
    "\u00fc",
  ];
  const cases = listing("412").flatMap((operation) =>
    tags.map((tag): Case => ({
      operation,
      what: `If-Match ${tag}`,
      request: withHeader(operation, "if-match", tag),
      code: "precondition_failed",
    })),
  );
  expect(await walk(world, cases)).toEqual([]);
});

test("an operator's note may not be too long", async () => {
  const notes = [
    ["x-stellaops-operator-reason", 257],
    ["x-stellaops-operator-ticket", 129],
  ] as const;
  const cases = scoped().flatMap((operation) =>
    notes.map(([name, length]): Case => ({
      operation,
      what: `a long ${name}`,
      request: withHeader(operation, name, "x".repeat(length)),
      code: "invalid",
      field: name.replaceAll(/(^|-)(\w)/g, (text) => text.toUpperCase()).replace("Stellaops", "StellaOps"),
    })),
  );
  expect(await walk(world, cases)).toEqual([]);
});

/** Reads that end by themselves, with the form of their answer left to the caller. */
/** Of what is there; workers are answered about open jobs only, and every run here has ended. */
const reads = () =>
  world.operations.filter(({ method, scope }) => method === "GET" && scope !== "worker-key");

test("a read does not mind headers that make no sense to it", async () => {
  const odd: [name: string, text: string][] = [
    ["accept", "nonsense"],
    ["accept", "image/png;q=banana, */"],
    ["accept", "text/html;q=0"],
    ["accept", ",;,"],
    ["if-none-match", "nonsense"],
    ["if-none-match", '"'],
    ["if-modified-since", "yesterday"],
    ["range", "bytes=9-1"],
    ["last-event-id", "nonsense"],
    ["last-event-id", "99999999999999999999"],
    ["x-request-id", "a b\u00fc"],
    ["x-request-id", "x".repeat(500)],
    ["traceparent", "00-zz"],
    ["content-type", "nonsense"],
    ["content-encoding", "nonsense"],
    ["cookie", "=;=;"],
    ["x-forwarded-for", "; drop table"],
    ["idempotency-key", "a b"],
    ["if-match", "nonsense"],
  ];
  const wrong: unknown[] = [];
  for (const operation of reads()) {
    for (const [name, text] of odd) {
      const answer = await send(world, withHeader(operation, name, text));
      if (answer.status !== 200) wrong.push([operation.name, name, text, answer.status, problemOf(answer)]);
    }
  }
  expect(wrong).toEqual([]);
});
