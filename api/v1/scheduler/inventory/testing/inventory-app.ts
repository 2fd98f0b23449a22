import { createInventoryEngine } from "../../../../../engine/inventory/testing/stored.ts";
import { createHttpApp } from "../../../../../platform/http/app.ts";
import { createDevAuthenticator } from "../../../../../platform/http/auth/dev.ts";
import { createLog } from "../../../../../platform/log/log.ts";
import { createMetrics } from "../../../../../platform/metrics/registry.ts";
import { createTestDatabase, type TestDatabase } from "../../../../../test/support/database.ts";
import type { Engine } from "../../../../../engine/context.ts";
import { mountAdvisories } from "../../advisories.ts";
import { mountAdvisory } from "../../advisories/by-id.ts";
import { mountFeeds } from "../../feeds.ts";
import { mountImpact } from "../../impact.ts";
import { mountImages } from "../images.ts";
import { mountImage } from "../images/by-digest.ts";
import { mountImageSbom } from "../images/by-digest/sbom.ts";

export interface InventoryApp {
  readonly database: TestDatabase;
  readonly engine: Engine;
  /** Sends a request as Ann of a tenant (`acme` by default) who may do everything. */
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Of a JSON answer. */
  readonly body: Record<string, unknown>;
  /** Of an NDJSON answer. */
  readonly lines: Record<string, unknown>[];
}

const scopes = [
  "scheduler.inventory.read",
  "scheduler.inventory.write",
  "scheduler.runs.preview",
  "scheduler.admin",
].join(" ");

/** The routes of inventory, advisories and impact over a test's own database. Logs go into `lines`. */
export async function createInventoryApp(): Promise<InventoryApp> {
  const database = await createTestDatabase();
  const { engine, close } = await createInventoryEngine(database);
  const app = createHttpApp({
    log: createLog({ service: "test", level: "fatal" }),
    serviceName: "scheduler-web",
    version: "0.0.0",
    auth: createDevAuthenticator(),
    readiness: {},
    metrics: createMetrics("test", { processMetrics: false }),
    pageTokenKey: "test key",
  });
  for (const mount of [
    mountImages,
    mountImage,
    mountImageSbom,
    mountAdvisories,
    mountAdvisory,
    mountFeeds,
    mountImpact,
  ]) {
    mount(app, engine);
  }
  return {
    database,
    engine,
    async send(method, path, body, headers = {}) {
      const isBytes =
        typeof body === "string" || body instanceof Uint8Array || body instanceof ReadableStream;
      const answer = await app.request(`/api/v1/scheduler${path}`, {
        method,
        headers: {
          "x-stellaops-tenant": "acme",
          "x-stellaops-actor": "ann",
          "x-stellaops-scopes": scopes,
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && {
          body: (isBytes ? body : JSON.stringify(body)) as string,
          duplex: "half",
        }),
      });
      return read(answer);
    },
    async close() {
      await close();
      await database.drop();
    },
  };
}

const parse = (line: string) => JSON.parse(line) as Record<string, unknown>;

async function read(answer: Response): Promise<Answer> {
  const text = await answer.text();
  const type = answer.headers.get("content-type") ?? "";
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    body: type.includes("json") && !type.includes("ndjson") ? parse(text) : {},
    lines: type.includes("ndjson") ? text.split("\n").filter(Boolean).map(parse) : [],
  };
}
