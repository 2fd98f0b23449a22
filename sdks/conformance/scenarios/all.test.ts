import { scenarios } from "./all.ts";

test("every scenario has a name of its own, with its subject first", () => {
  const names = scenarios.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z]+: .{3,}/);
});
