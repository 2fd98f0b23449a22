import { imageUpsert } from "./image.ts";
import { selection } from "./selection.ts";

const digest = `sha256:${"a".repeat(64)}`;

test("equal selections are equal documents", () => {
  expect(selection.parse({ scope: "namespace", namespaces: ["b", "a", "b"] })).toEqual({
    scope: "namespace",
    namespaces: ["a", "b"],
    repositories: [],
    digests: [],
    includeTags: [],
    labels: {},
  });
});

test.each([
  ["namespace", "namespaces"],
  ["repository", "repositories"],
  ["digest", "digests"],
  ["labels", "labels"],
])("scope %s without %s is refused at that filter", (scope, filter) => {
  expect(selection.safeParse({ scope }).error?.issues.map((issue) => issue.path)).toEqual([[filter]]);
});

test("scope all needs no filter and keeps those given", () => {
  expect(selection.parse({ scope: "all", includeTags: ["v1"] }).includeTags).toEqual(["v1"]);
});

test("labels that would reach a prototype are refused", () => {
  const text = '{"scope":"labels","labels":{"__proto__":"x"}}';
  expect(selection.safeParse(JSON.parse(text)).success).toBe(false);
});

test("an image needs its digest and repository only", () => {
  expect(imageUpsert.parse({ digest, repository: "registry.example.com:5000/team/app" })).toEqual({
    digest,
    repository: "registry.example.com:5000/team/app",
    namespace: "default",
    tags: [],
    labels: {},
  });
});

test.each([
  ["an upper-case digest", { digest: `sha256:${"A".repeat(64)}` }],
  ["a repository with a space", { repository: "a b" }],
  ["a repository that ends in a slash", { repository: "a/" }],
  ["a tag with a slash", { tags: ["a/b"] }],
  ["a label with a NUL", { labels: { a: "\u0000" } }],
  ["an unknown field", { digests: [] }],
])("%s is refused", (_, field) => {
  expect(imageUpsert.safeParse({ digest, repository: "app", ...field }).success).toBe(false);
});
