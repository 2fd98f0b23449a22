import { annOf } from "../../test/support/api-lab.ts";
import { type Operation, parametersIn } from "./testing/document.ts";
import { changed, goodRequest, withoutScope } from "./testing/requests.ts";
import { type Answer, type Case, problemOf, send, walk } from "./testing/walk.ts";
import { createWorld, others, us, type World } from "./testing/world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const closed = () => world.operations.filter(({ scope }) => scope !== "public");
const scoped = () => closed().filter(({ scope }) => scope !== "worker-key");
const forWorkers = () => closed().filter(({ scope }) => scope === "worker-key");
const addressed = () => closed().filter((operation) => parametersIn(operation, "path").length > 0);

const nobody = {
  authorization: undefined,
  "x-stellaops-tenant": undefined,
  "x-stellaops-actor": undefined,
  "x-stellaops-scopes": undefined,
};

const saysHowToSignIn = ({ headers }: Answer) =>
  headers.get("www-authenticate") === null ? "answered without WWW-Authenticate" : undefined;

/** Requests that are good but for their headers. */
function refused(operation: Operation, what: string, headers: Record<string, string | undefined>): Case {
  const request = changed(goodRequest(world, operation), { headers });
  return { operation, what, request, code: "unauthenticated", also: saysHowToSignIn };
}

test("nobody may call what is not open to everybody", async () => {
  const cases = closed().map((operation) => refused(operation, "no identity", nobody));
  expect(await walk(world, cases)).toEqual([]);
});

test("a tenant that cannot be one is nobody", async () => {
  const tenants = ["ACME", "a b", "-acme", "a".repeat(64), "../acme", "acme,globex"];
  const cases = scoped().flatMap((operation) =>
    tenants.map((tenant) => refused(operation, `the tenant ${tenant}`, { "x-stellaops-tenant": tenant })),
  );
  expect(await walk(world, cases)).toEqual([]);
});

test("workers are known by their key alone", async () => {
  const keys = ["Bearer wk_", `Bearer wk_${"0".repeat(16)}_${"0".repeat(64)}`, "Basic YTpi", "Bearer", "wk"];
  const cases = forWorkers().flatMap((operation) => [
    refused(operation, "the identity of a person", { ...annOf(us), authorization: undefined }),
    ...keys.map((key) => refused(operation, `the key ${key}`, { authorization: key })),
  ]);
  expect(await walk(world, cases)).toEqual([]);
});

test("whoever may do all but this is told which scope is missing", async () => {
  const cases = scoped().map((operation) => ({
    operation,
    what: "all other scopes",
    request: changed(goodRequest(world, operation), { headers: withoutScope(operation) }),
    code: "forbidden" as const,
    also: ({ text }: Answer) => (text.includes(operation.scope) ? undefined : "does not name the scope"),
  }));
  expect(await walk(world, cases)).toEqual([]);
});

test("ids that nothing has are not found", async () => {
  const cases = addressed().map((operation) => ({
    operation,
    what: "unknown ids",
    request: changed(goodRequest(world, operation), {
      path: withItsQuery(operation, world.unknownPath(operation)),
    }),
    code: "not_found" as const,
  }));
  expect(await walk(world, cases)).toEqual([]);
});

test("another tenant's ids look like ids that nothing has", async () => {
  const shown = addressed().filter(
    // Queues are of the platform, and what tenants are given there is set by its operators.
    (operation) =>
      world.knownPath(operation, others) !== world.knownPath(operation) &&
      !operation.path.includes("/queues/{queue}/"),
  );
  expect(shown.length).toBeGreaterThan(15);
  for (const operation of shown) {
    const answerAt = async (path: string) => {
      const request = changed(goodRequest(world, operation), { path: withItsQuery(operation, path) });
      const problem = problemOf(await send(world, request));
      const text = JSON.stringify(problem, (key, value: unknown) => (key === "instance" ? "" : value));
      return idsIn(operation, path).reduce((told, id) => told.replaceAll(id, "ID"), text);
    };
    const foreign = await answerAt(world.knownPath(operation, others));
    const unknown = await answerAt(world.unknownPath(operation));
    expect([operation.name, foreign]).toEqual([operation.name, unknown]);
  }
});

/** A path with the query of a good request. */
function withItsQuery(operation: Operation, path: string): string {
  const [, query] = goodRequest(world, operation).path.split("?");
  return query === undefined ? path : `${path}?${query}`;
}

function idsIn(operation: Operation, path: string): string[] {
  const steps = path.split("/");
  return operation.path
    .split("/")
    .flatMap((step, at) => (step.startsWith("{") ? [decodeURIComponent(steps[at] ?? "")] : []));
}
