/** What the result stream says about the end of one attempt: section 7 of PROTOCOL.md. */
export interface Settled {
  /** The id of the stream's entry. */
  readonly id: string;
  readonly job: string;
  readonly attempt: string;
  readonly lease: string;
  readonly worker: string;
  readonly stale: string;
  readonly reason: string;
  readonly stop: string;
  readonly outcome: Record<string, unknown>;
  readonly outcomeBytes: number;
}

/** Reads an entry as `XRANGE` gives it. */
export function toSettled([id, fields]: [id: string, fields: string[]]): Settled {
  const value = (name: string) => fields[fields.indexOf(name) + 1] ?? "";
  return {
    id,
    job: value("job"),
    attempt: value("attempt"),
    lease: value("lease"),
    worker: value("worker"),
    stale: value("stale"),
    reason: value("reason"),
    stop: value("stop"),
    outcome: JSON.parse(value("outcome") || "{}") as Record<string, unknown>,
    outcomeBytes: Number(value("outcomeBytes")),
  };
}
