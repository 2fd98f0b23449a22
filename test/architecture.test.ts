import path from "node:path";
import { readModules, readProject } from "./architecture/module-graph.ts";
import { violations } from "./architecture/rules.ts";

test("the project keeps its import rules", () => {
  const graph = readProject(path.join(__dirname, ".."));
  expect(graph.size).toBeGreaterThan(10);
  expect(violations(graph)).toEqual([]);
});

/** Each rule with a source that breaks it and the line that must come of it. */
const broken: Readonly<Record<string, { sources: Record<string, string>; line: string }>> = {
  "an arrow that points the wrong way": {
    sources: { "model/a.ts": 'import { b } from "../store/b.ts";', "store/b.ts": "export const b = 1;" },
    line: "model/a.ts → store/b.ts: model/ may import model",
  },
  "an arrow that carries types only": {
    sources: { "platform/a.ts": 'import type { B } from "../store/b.ts";' },
    line: "platform/a.ts → store/b.ts: platform/ may import platform, model",
  },
  "an arrow hidden in a type expression": {
    sources: { "store/a.ts": 'export type T = import("../engine/b.ts").B;' },
    line: "store/a.ts → engine/b.ts: store/ may import store, model",
  },
  "a re-export across an arrow": {
    sources: { "store/a.ts": 'export * from "../engine/b.ts";' },
    line: "store/a.ts → engine/b.ts: store/ may import store, model",
  },
  "a handler that reaches past the engine": {
    sources: { "api/v1/runs.ts": 'import { runs } from "../../store/runs.ts";' },
    line: "api/v1/runs.ts → store/runs.ts: api/ may import api, engine, platform, model",
  },
  "an SDK that knows the engine": {
    sources: { "sdks/typescript/src/a.ts": 'import "../../../model/errors.ts";' },
    line: "sdks/typescript/src/a.ts → model/errors.ts: sdks/typescript/ may import sdks/typescript",
  },
  "a migration that imports the app": {
    sources: { "migrations/1.ts": 'import { z } from "zod";' },
    line: "migrations/1.ts → zod: migrations/ imports only kysely",
  },
  "a side effect in the model": {
    sources: { "model/a.ts": 'import { readFile } from "fs/promises";' },
    line: "model/a.ts → node:fs/promises: model/ imports only zod, semver, canonicalize, temporal-polyfill, ae-cvss-calculator",
  },
  "an import of a main.ts": {
    sources: { "scripts/a.ts": 'await import("../api/main.ts");' },
    line: "scripts/a.ts → api/main.ts: nobody imports a main.ts, it starts a process",
  },
  "a service that uses test support": {
    sources: { "engine/a.ts": 'import { fleet } from "./testing/fleet.ts";' },
    line: "engine/a.ts → engine/testing/fleet.ts: only tests use what is made for tests",
  },
  "SQL in a handler": {
    sources: { "api/a.ts": 'import { sql } from "kysely";' },
    line: "api/a.ts → kysely: SQL belongs in store/<aggregate>/<verb>.ts, behind a verb of engine/",
  },
  "a query builder in an activity": {
    sources: { "activities/a.ts": 'export const q = (db: any) => db.selectFrom("runs");' },
    line: "activities/a.ts calls selectFrom(): SQL belongs in store/<aggregate>/<verb>.ts, behind a verb of engine/",
  },
  "state in a workflow module": {
    sources: { "workflows/run.ts": "export let count = 0;" },
    line: "workflows/run.ts has let count: state of a module leaks between workflow runs",
  },
  "a workflow that reaches a side effect far away": {
    sources: {
      "workflows/run.ts": 'import { a } from "../model/a.ts";',
      "model/a.ts": 'export { hash } from "node:crypto";',
    },
    line: "workflows/run.ts → model/a.ts → node:crypto: workflow code must be free of side effects",
  },
  "a workflow that loads its activities": {
    sources: { "workflows/run.ts": 'import { type Plan } from "../activities/plan.ts";' },
    line: "workflows/run.ts → activities/plan.ts: workflows/ may import workflows, model",
  },
  "an import cycle": {
    sources: { "model/a.ts": 'import "./b.ts";', "model/b.ts": 'import "./a.ts";' },
    line: "model/a.ts → model/b.ts → model/a.ts: an import cycle",
  },
  "a folder without rules": {
    sources: { "common/a.ts": "export {};" },
    line: "common/a.ts: its folder has no arrows yet, add it to test/architecture/rules.ts",
  },
};

test.each(Object.entries(broken))("the rules catch %s", (_name, { sources, line }) => {
  expect(violations(readModules(sources))).toContain(line);
});

test("what the rules allow is not reported", () => {
  const graph = readModules({
    "model/a.ts": 'import type { B } from "./b.ts"; import { z } from "zod"; let cache = 1;',
    "model/b.ts": 'import { a } from "./a.ts";',
    "workflows/run.ts": 'import type * as plan from "../activities/plan.ts"; import "@temporalio/workflow";',
    "activities/plan.ts":
      'import { readFile } from "node:fs"; import { ids } from "../workflows/contract.ts";',
    "workflows/contract.ts": 'import { a } from "../model/a.ts";',
    "api/main.ts": 'import { tenant } from "../store/tenant.ts";',
    "sdks/typescript/src/worker.ts": 'import Redis from "ioredis"; import "node:timers"; import "./a.ts";',
    "store/runs.test.ts": 'import { api } from "../api/v1/runs.ts";',
    "engine/testing/fleet.ts": 'import { database } from "../../test/support/database.ts";',
    "scripts/demo/story.ts":
      'import { stack } from "../stack/stack.ts"; import { b } from "../../store/b.ts";',
  });
  expect(violations(graph)).toEqual([]);
});
