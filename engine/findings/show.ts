import type { FindingView } from "../../model/findings/finding-view.ts";
import { toTimestamp } from "../../model/time/timestamp.ts";
import { type EarlierInterval, selectEarlierIntervals } from "../../store/findings/earlier.ts";
import type { FindingsQuery } from "../../store/findings/query.ts";
import type { FindingRow } from "../../store/findings/select.ts";
import type { TenantTx } from "../../store/tenant.ts";

/** A row with what its reader sees, so that a page can be cut by the row's place. */
export interface ShownFinding {
  readonly row: FindingRow;
  readonly view: FindingView;
}

/**
 * Shows rows to readers. A finding whose severity or fix changed is several intervals in storage; it was
 * first seen when the first of an unbroken line of them began.
 */
export async function showFindings(
  tx: TenantTx,
  query: FindingsQuery,
  rows: readonly FindingRow[],
): Promise<ShownFinding[]> {
  // Only a word of an advisory closes one interval and opens the next at the same instant.
  const changed = rows.filter((row) => row.from_cause === "advisory");
  const earlier = Map.groupBy(
    await selectEarlierIntervals(
      tx,
      query.tenant,
      [...new Set(changed.map((row) => row.image_id))],
      [...new Set(changed.map((row) => row.purl))],
    ),
    subjectOf,
  );
  return rows.map((row) => ({
    row,
    view: viewOf(row, firstOf(row, earlier.get(subjectOf(row)) ?? []), query.at),
  }));
}

type Subject = Pick<FindingRow, "image_id" | "purl" | "vulnerability">;
type Beginning = Pick<FindingRow, "from_at" | "from_run" | "from_cause">;

function subjectOf({ image_id, purl, vulnerability }: Subject): string {
  return `${image_id}\n${purl}\n${vulnerability}`;
}

/** Walks back from interval to interval while one ends where the next begins. */
function firstOf(row: FindingRow, earlier: readonly EarlierInterval[]): Beginning {
  let first: Beginning = row;
  for (const interval of earlier.toReversed()) {
    if (interval.to_at.getTime() === first.from_at.getTime()) first = interval;
  }
  return first;
}

function viewOf(row: FindingRow, first: Beginning, at: Date | undefined): FindingView {
  const closed =
    at === undefined || row.to_at === null
      ? {}
      : {
          closedAt: toTimestamp(row.to_at.getTime()),
          ...(row.to_run === null ? {} : { closedRun: row.to_run }),
          ...(row.to_cause === null ? {} : { closedCause: row.to_cause }),
        };
  return {
    imageDigest: row.image_digest,
    ...(row.repository === null ? {} : { repository: row.repository }),
    purl: row.purl,
    vulnerability: row.vulnerability,
    advisories: row.advisories,
    severity: row.severity,
    ...(row.score === null ? {} : { score: row.score }),
    ...(row.cvss === null ? {} : { cvss: row.cvss }),
    ...(row.fixed_version === null ? {} : { fixedVersion: row.fixed_version }),
    firstSeenAt: toTimestamp(first.from_at.getTime()),
    firstRun: first.from_run,
    cause: first.from_cause,
    ...closed,
  };
}
