import { z } from "zod";
import { invalidField, notFound } from "../../model/errors.ts";
import { timestamp, toTimestamp } from "../../model/time/timestamp.ts";
import { countFeeds } from "../../store/advisories/feed-counts.ts";
import { readFeedSequence } from "../../store/advisories/feed-sequence.ts";
import {
  type AdvisoryFilter,
  type AdvisoryRow,
  findAdvisory,
  listAdvisories as listRows,
} from "../../store/advisories/read.ts";
import { withTenant } from "../../store/tenant.ts";
import type { Ctx } from "../context.ts";
import { askedKeysOf } from "../impact/package-keys.ts";
import { type AdvisoryDocument, toAdvisoryDocument } from "./documents.ts";

/**
 * The record of an id that counts for the tenant: its own in front of the shared one, now or as of a feed
 * sequence. @throws DomainError `not_found`
 */
export async function getAdvisory(
  ctx: Ctx,
  input: { readonly id: string; readonly asOfSeq: number | undefined },
): Promise<AdvisoryDocument> {
  const tenant = ctx.caller.identity.tenant;
  const row = await withTenant(ctx.app, tenant, (tx) => findAdvisory(tx, tenant, input.id, input.asOfSeq));
  if (row === undefined) throw notFound("advisory", input.id);
  return toAdvisoryDocument(row);
}

/** What a list asks for: the filter of the store, with a package URL for the package keys. */
export type AdvisoryQuestion = Omit<AdvisoryFilter, "packageKeys"> & { readonly purl?: string | undefined };

/** Current records, newest sequence first; rows, for the page to be cut. */
export async function listAdvisories(
  ctx: Ctx,
  input: { readonly question: AdvisoryQuestion; readonly before: number; readonly limit: number },
): Promise<AdvisoryRow[]> {
  const tenant = ctx.caller.identity.tenant;
  const { purl, ...filter } = input.question;
  const packageKeys = purl === undefined ? undefined : askedKeysOf(purl);
  if (packageKeys?.length === 0) throw invalidField("purl", "is no package URL such as pkg:npm/lodash");
  return withTenant(ctx.app, tenant, (tx) =>
    listRows(tx, tenant, { ...filter, packageKeys }, input.before, input.limit),
  );
}

/** The feeds that a tenant reads. */
export const feedsDocument = z.object({
  feedSequence: z.int().meta({ description: "The largest number given out, over all feeds." }),
  feeds: z.array(
    z.object({
      feed: z.enum(["tenant", "shared"]),
      advisories: z.int(),
      withdrawn: z.int(),
      lastSequence: z.int(),
      lastRecordedAt: timestamp,
    }),
  ),
});

/** What the feeds hold; a feed without records is left out. */
export async function readFeeds(ctx: Ctx): Promise<z.infer<typeof feedsDocument>> {
  const tenant = ctx.caller.identity.tenant;
  return withTenant(ctx.app, tenant, async (tx) => {
    const feedSequence = await readFeedSequence(tx);
    const feeds = await countFeeds(tx, tenant);
    return {
      feedSequence,
      feeds: feeds.map((feed) => ({
        feed: feed.isShared ? ("shared" as const) : ("tenant" as const),
        advisories: feed.advisories,
        withdrawn: feed.withdrawn,
        lastSequence: feed.lastSeq,
        lastRecordedAt: toTimestamp(feed.lastRecordedAt.getTime()),
      })),
    };
  });
}
