import { annOf } from "../../test/support/api-lab.ts";
import { type Operation, parametersIn, type Schema } from "./testing/document.ts";
import { changed, goodRequest, withParameter } from "./testing/requests.ts";
import { sampleOf, typesOf } from "./testing/values.ts";
import { type Case, send, walk } from "./testing/walk.ts";
import { createWorld, others, type World } from "./testing/world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const isPaged = (operation: Operation) =>
  parametersIn(operation, "query").some(({ name }) => name === "pageToken");
const lists = () => world.operations.filter(isPaged);

interface Page {
  readonly operation: Operation;
  readonly token: string;
}

/** The second page of every list that has more than one row. */
async function secondPages(): Promise<Page[]> {
  const pages: Page[] = [];
  for (const operation of lists()) {
    const request = withParameter(goodRequest(world, operation), "pageSize=1");
    const { nextPageToken: token } = JSON.parse((await send(world, request)).text) as {
      nextPageToken?: string;
    };
    if (token !== undefined) pages.push({ operation, token });
  }
  expect(pages.length).toBeGreaterThan(5);
  return pages;
}

function tokenCase(operation: Operation, what: string, token: string): Case {
  return {
    operation,
    what,
    request: withParameter(goodRequest(world, operation), `pageToken=${encodeURIComponent(token)}`),
    code: "invalid",
    field: "pageToken",
  };
}

test("a token that no list gave out opens nothing", async () => {
  const forged = [
    "",
    "nonsense",
    "A".repeat(16),
    "A".repeat(4_000),
    Buffer.from("[1]").toString("base64url"),
    Buffer.concat([Buffer.alloc(16), Buffer.from("[null,null]")]).toString("base64url"),
    "\u2603",
    "../../etc/passwd",
  ];
  const cases = lists().flatMap((operation) =>
    forged.map((token) => tokenCase(operation, `the token ${token.slice(0, 20)}`, token)),
  );
  expect(await walk(world, cases)).toEqual([]);
});

test("a token that was tampered with opens nothing", async () => {
  const cases = (await secondPages()).flatMap(({ operation, token }) => {
    const bytes = Buffer.from(token, "base64url");
    const flipped = [0, 16, bytes.length - 1].map((at) => {
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ 1;
      return copy.toString("base64url");
    });
    return [...flipped, token.slice(0, -4), `${token}AAAA`].map((other) =>
      tokenCase(operation, "a changed token", other),
    );
  });
  expect(await walk(world, cases)).toEqual([]);
});

test("a token opens the list of no other tenant", async () => {
  const cases = (await secondPages()).map(({ operation, token }) => {
    const { request, ...rest } = tokenCase(operation, "the token of another tenant", token);
    return { ...rest, request: changed(request, { headers: annOf(others) }) };
  });
  expect(await walk(world, cases)).toEqual([]);
});

test("a token opens no other list, and no other filter", async () => {
  const pages = await secondPages();
  const foreign = pages.flatMap(({ operation }) =>
    pages
      .filter((other) => other.operation !== operation)
      .map(({ operation: { name }, token }) => tokenCase(operation, `the token of ${name}`, token)),
  );
  const filtered = pages.flatMap(({ operation, token }) =>
    filtersOf(operation).map((filter) => {
      const { request, ...rest } = tokenCase(operation, `its token and ${filter}`, token);
      return { ...rest, request: withParameter(request, filter) };
    }),
  );
  expect(filtered.length).toBeGreaterThan(5);
  expect(await walk(world, [...foreign, ...filtered])).toEqual([]);
});

const isPlain = ({ enum: names, items, format }: Schema) =>
  names !== undefined || items?.enum !== undefined || format === "date-time";

/** Filters that a list takes whatever their value is: those whose schema says everything about them. */
function filtersOf(operation: Operation): string[] {
  return parametersIn(operation, "query")
    .filter(({ name, schema }) => name !== "format" && (isPlain(schema) || typesOf(schema).has("boolean")))
    .map(({ name, schema }) => `${name}=${encodeURIComponent(String(sampleOf(schema)))}`);
}

test("a list tells every row once, whatever the size of its pages", async () => {
  for (const { operation } of await secondPages()) {
    const request = goodRequest(world, operation);
    const read = async (query: string) =>
      JSON.parse((await send(world, withParameter(request, query))).text) as {
        items: unknown[];
        nextPageToken?: string;
      };
    const { items: all } = await read("pageSize=500");
    const told: unknown[] = [];
    for (let next: string | undefined = ""; next !== undefined;) {
      const page = await read(next === "" ? "pageSize=1" : `pageSize=1&pageToken=${next}`);
      told.push(...page.items);
      next = page.nextPageToken;
    }
    expect([operation.name, told]).toEqual([operation.name, all]);
  }
});
