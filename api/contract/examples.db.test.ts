import { changed, goodRequest } from "./testing/requests.ts";
import { strays } from "./testing/stray.ts";
import { createWorld, type World } from "./testing/world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

test("every example of a body may be sent as it stands, in each of its types", async () => {
  const requests = world.operations.flatMap((operation) =>
    Object.entries(operation.body?.content ?? {})
      .filter(([, { example }]) => example !== undefined)
      .map(([type, { example }]) => {
        const body = typeof example === "string" ? example : JSON.stringify(example);
        const request = goodRequest(world, operation);
        return [operation, changed(request, { body, headers: { "content-type": type } })] as const;
      }),
  );
  expect(requests.length).toBeGreaterThan(20);
  expect(await strays(world, requests)).toEqual([]);
});

test("what takes no body, or may do without one, does without one", async () => {
  const requests = world.operations
    .filter(({ body }) => body?.required !== true)
    .map(
      (one) =>
        [
          one,
          changed(goodRequest(world, one), { body: undefined, headers: { "content-type": undefined } }),
        ] as const,
    );
  expect(await strays(world, requests)).toEqual([]);
});
