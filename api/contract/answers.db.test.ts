import type { Operation } from "./testing/document.ts";
import { changed, goodRequest } from "./testing/requests.ts";
import { strays } from "./testing/stray.ts";
import { send } from "./testing/walk.ts";
import { createWorld, type World } from "./testing/world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

/** Workers are answered about open jobs only; every run here has ended. */
const isRead = ({ method, scope }: Operation) => method === "GET" && scope !== "worker-key";

test("every read of what is there answers what the description promises", async () => {
  const statuses: [string, number][] = [];
  for (const operation of world.operations.filter(isRead)) {
    statuses.push([operation.name, (await send(world, goodRequest(world, operation))).status]);
  }
  expect(statuses.filter(([, status]) => status !== 200)).toEqual([]);
  const requests = world.operations.filter(isRead).map((one) => [one, goodRequest(world, one)] as const);
  expect(await strays(world, requests)).toEqual([]);
});

test("HEAD answers as GET does, without the body", async () => {
  for (const operation of world.operations.filter(isRead)) {
    const request = goodRequest(world, operation);
    const [head, get] = [await send(world, changed(request, { method: "HEAD" })), await send(world, request)];
    const seen = [operation.name, head.status, head.text, head.headers.get("content-type")];
    expect(seen).toEqual([operation.name, get.status, "", get.headers.get("content-type")]);
  }
});

test("what was read last is not sent again", async () => {
  for (const operation of world.operations.filter(({ answers }) => answers["304"] !== undefined)) {
    const request = goodRequest(world, operation);
    const etag = (await send(world, request)).headers.get("etag");
    const again = await send(world, changed(request, { headers: { "if-none-match": etag ?? "" } }));
    expect([operation.name, again.status, again.text]).toEqual([operation.name, 304, ""]);
  }
});

test("every form of an answer that can be asked for is one that is described", async () => {
  const requests = world.operations.filter(isRead).flatMap((operation) => {
    const request = goodRequest(world, operation);
    const types = Object.keys(operation.answers["200"]?.content ?? {});
    return types.map((accept) => [operation, changed(request, { headers: { accept } })] as const);
  });
  expect(await strays(world, requests)).toEqual([]);
  expect(requests.length).toBeGreaterThan(25);
});
