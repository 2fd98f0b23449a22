import { sql } from "kysely";
import { type TenantTx, sharedTenant } from "../tenant.ts";

/** How much a feed holds. */
export interface FeedCounts {
  readonly isShared: boolean;
  /** Current records, withdrawn ones included. */
  readonly advisories: number;
  readonly withdrawn: number;
  readonly lastSeq: number;
  readonly lastRecordedAt: Date;
}

/** The feeds that the tenant reads and that hold something. */
export async function countFeeds(tx: TenantTx, tenant: string): Promise<FeedCounts[]> {
  const { rows } = await sql<FeedCounts>`
    select (tenant_id = ${sharedTenant}) as "isShared", count(*) as advisories,
           count(*) filter (where withdrawn_at is not null) as withdrawn, max(seq) as "lastSeq",
           max(recorded_at) as "lastRecordedAt"
      from scheduler.advisories
     where tenant_id in (${tenant}, ${sharedTenant}) and superseded_seq is null
     group by tenant_id
     order by 1
  `.execute(tx);
  return rows;
}
