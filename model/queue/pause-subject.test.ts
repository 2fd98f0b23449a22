import { type PauseSubject, parsePauseName, pauseName } from "./pause-subject.ts";

test.each<[PauseSubject, string]>([
  [{ what: "queue" }, "queue"],
  [{ what: "kind", kind: "scan" }, "kind:scan"],
  [{ what: "tenant", tenant: "eu:acme" }, "tenant:eu:acme"],
])("%j is named %s, and read again", (subject, name) => {
  expect(pauseName(subject)).toBe(name);
  expect(parsePauseName(name)).toEqual(subject);
});
