import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../engine/context.ts";
import { createWorkerKey } from "../../../engine/worker-keys/create.ts";
import {
  newWorkerKeyDocument,
  toWorkerKeyDocument,
  workerKeyDocument,
  workerKeyId,
} from "../../../engine/worker-keys/documents.ts";
import { listWorkerKeys } from "../../../engine/worker-keys/list.ts";
import { pageOf } from "../../../model/paging/page.ts";
import { poolName } from "../../../model/pools/pool.ts";
import { jsonAnswer, jsonBody } from "../../../platform/http/answers.ts";
import type { HttpApp } from "../../../platform/http/env.ts";
import { readIdempotency } from "../../../platform/http/idempotency.ts";
import { openPage, pageQuery } from "../../../platform/http/page.ts";
import { defineRoute } from "../../../platform/http/route.ts";
import { answerOnce } from "../../answer-once.ts";
import { ctxOf } from "../../ctx.ts";
import { newWorkerKeyExample, workerKeyExample } from "../../examples/worker.ts";

const path = "/api/v1/scheduler/worker-keys";

const create = defineRoute({
  method: "post",
  path,
  scope: "scheduler.admin",
  tag: "worker-keys",
  summary: "Make a worker key",
  description:
    "A key lets any number of workers of a pool in. It is in this answer and never again: only the SHA-256 of its secret " +
    "is kept, and a repeated request is answered without it. A pool has at most two live keys. To rotate: make the second, give " +
    "it to the workers, revoke the first. Keys of a pool that all tenants share need `platform.admin`.",
  request: { body: jsonBody(z.strictObject({ pool: poolName }), { example: { pool: "default" } }) },
  responses: { 201: jsonAnswer(newWorkerKeyDocument, "The key.", { example: newWorkerKeyExample }) },
  errors: ["conflict"],
  idempotent: true,
});

const list = defineRoute({
  method: "get",
  path,
  scope: "scheduler.admin",
  tag: "worker-keys",
  summary: "List worker keys",
  description:
    "Keys of the tenant's own pools, with `platform.admin` of all pools, revoked ones included. Never the secrets.",
  request: { query: z.object({ ...pageQuery, pool: poolName.optional() }) },
  responses: {
    200: jsonAnswer(pageOf(workerKeyDocument), "A page of keys.", { example: { items: [workerKeyExample] } }),
  },
});

/** Mounts create and list of worker keys. */
export function mountWorkerKeys(app: HttpApp, engine: Engine): void {
  app.openapi(create, async (c) => {
    const { pool } = c.req.valid("json");
    return answerOnce(c, path, await createWorkerKey(ctxOf(engine, c), { pool, key: readIdempotency(c) }));
  });
  app.openapi(list, async (c) => {
    const query = c.req.valid("query");
    const page = openPage(c, query, workerKeyId);
    const wanted = { pool: query.pool, after: page.after ?? "", limit: page.limit };
    const rows = await listWorkerKeys(ctxOf(engine, c), wanted);
    return c.json(
      page.answer(rows, toWorkerKeyDocument, (row) => row.key_id),
      200,
    );
  });
}
