import { z } from "zod";
import { imageDigest, type ImageUpsert, imageUpsert } from "../../model/images/image.ts";
import { fieldErrors } from "../../platform/http/field-errors.ts";
import { parseJsonLine } from "../../platform/http/json-body.ts";
import { type Line, readLines } from "../../platform/http/ndjson.ts";
import { type ImageStatus, upsertImages as upsertRows } from "../../store/images/upsert.ts";
import { withTenant } from "../../store/tenant.ts";
import { recordAudit } from "../audit/record.ts";
import type { Ctx } from "../context.ts";
import { keepStatistics } from "./keep-statistics.ts";
import type { SpooledUpload } from "./spooled-upload.ts";

/** Lines of one transaction. */
const batchLines = 500;
/** An image with 200 tags and 64 labels is below 64 kB. */
const maxLineBytes = 128_000;

/** What became of one line. */
export const imageLineResult = z.object({
  line: z.int().min(1),
  status: z.enum(["created", "updated", "unchanged", "error"]),
  digest: imageDigest.optional(),
  error: z.string().optional(),
});

/** The last line: the counts of all. */
export const imageLinesSummary = z.object({
  summary: z.object({ created: z.int(), updated: z.int(), unchanged: z.int(), errors: z.int() }),
});

type LineResult = z.infer<typeof imageLineResult>;
type Counts = z.infer<typeof imageLinesSummary>["summary"];

/** A line that was read: an image, or why it is none. */
type ReadLine =
  | { readonly line: number; readonly image: ImageUpsert }
  | { readonly line: number; readonly error: string };

/**
 * Upserts one image a line and answers one result a line, in order, then the summary. A bad line costs only
 * itself. Batches are transactions of their own: when the answer breaks off, the lines told are stored, and
 * the same body again tells the others. One audit entry holds the counts. Removes the upload.
 */
export async function* upsertImages(
  ctx: Ctx,
  upload: SpooledUpload,
): AsyncGenerator<LineResult | z.infer<typeof imageLinesSummary>, void, undefined> {
  const counts: Counts = { created: 0, updated: 0, unchanged: 0, errors: 0 };
  try {
    for await (const batch of readBatches(readLines(upload.read(), { maxLineBytes }))) {
      const results = await upsertBatch(ctx, batch);
      for (const { status } of results) counts[status === "error" ? "errors" : status]++;
      yield* results;
    }
    yield { summary: counts };
  } finally {
    await upload.remove();
    await auditCounts(ctx, counts);
    await keepStatistics(ctx, ["images", "image_tags", "image_labels"]);
  }
}

/** Cuts lines into batches that name each image once: of two lines for one image the later one counts. */
async function* readBatches(lines: AsyncIterable<Line>): AsyncGenerator<ReadLine[], void, undefined> {
  let batch: ReadLine[] = [];
  let digests = new Set<string>();
  for await (const line of lines) {
    const read = readLine(line);
    const digest = "image" in read ? read.image.digest : undefined;
    if (batch.length === batchLines || (digest !== undefined && digests.has(digest))) {
      yield batch;
      batch = [];
      digests = new Set();
    }
    batch.push(read);
    if (digest !== undefined) digests.add(digest);
  }
  if (batch.length > 0) yield batch;
}

function readLine(line: Line): ReadLine {
  if ("problem" in line) return { line: line.number, error: line.problem };
  const json = parseJsonLine(line.text);
  if ("problem" in json) return { line: line.number, error: json.problem };
  const parsed = imageUpsert.safeParse(json.value);
  if (parsed.success) return { line: line.number, image: parsed.data };
  const [first] = fieldErrors(parsed.error, "line");
  return {
    line: line.number,
    error: first === undefined ? "is no image" : `${first.path}: ${first.message}`,
  };
}

async function upsertBatch(ctx: Ctx, batch: readonly ReadLine[]): Promise<LineResult[]> {
  const tenant = ctx.caller.identity.tenant;
  const images = batch.flatMap((read) => ("image" in read ? [read.image] : []));
  const statuses: ImageStatus[] =
    images.length === 0
      ? []
      : await withTenant(ctx.app, tenant, (tx, now) => upsertRows(tx, tenant, now, images));
  const statusOf = new Map(images.map((image, index) => [image, statuses[index]]));
  return batch.map((read) =>
    "image" in read
      ? { line: read.line, status: statusOf.get(read.image) ?? "unchanged", digest: read.image.digest }
      : { line: read.line, status: "error", error: read.error },
  );
}

async function auditCounts(ctx: Ctx, counts: Counts): Promise<void> {
  if (counts.created + counts.updated === 0) return;
  await withTenant(ctx.app, ctx.caller.identity.tenant, (tx, now) =>
    recordAudit(ctx, tx, now, {
      action: "image.upsert-many",
      targetKind: "inventory",
      targetId: "images",
      details: counts,
    }),
  );
}
