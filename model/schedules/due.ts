import { nextInstants } from "./calendar.ts";
import { parseCron } from "./cron.ts";
import { jitterMs } from "./jitter.ts";

/** What of a schedule decides when it is due. `jitterSeconds` 0 means on the instant. */
export interface DueRule {
  readonly id: string;
  readonly whenCron: string;
  readonly timezone: string;
  readonly jitterSeconds: number;
}

/** An instant of the calendar and the moment from which it may start. Milliseconds since 1970. */
export interface Due {
  readonly nominalAtMs: number;
  /** `nominalAtMs` plus the jitter, always before the next nominal instant. */
  readonly dueAtMs: number;
}

/**
 * The first instant after `afterNominalMs`, `undefined` at the end of the calendar. For a new or edited
 * schedule pass now, afterwards the nominal instant decided last.
 */
export function nextDue(rule: DueRule, afterNominalMs: number): Due | undefined {
  const [nominalAtMs, nextNominalMs = Infinity] = nextInstants(
    parseCron(rule.whenCron),
    rule.timezone,
    afterNominalMs,
    rule.jitterSeconds > 0 ? 2 : 1,
  );
  if (nominalAtMs === undefined) return undefined;
  return { nominalAtMs, dueAtMs: dueAtMs(rule, nominalAtMs, nextNominalMs) };
}

/** When an instant is due. The jitter is cut at the next instant, so that instants never overtake each other. */
export function dueAtMs(rule: DueRule, nominalAtMs: number, nextNominalMs: number): number {
  const windowMs = Math.min(rule.jitterSeconds * 1_000, nextNominalMs - nominalAtMs);
  return nominalAtMs + jitterMs(rule.id, nominalAtMs, windowMs);
}

/** The next nominal instants after `afterMs`, for previews and the `nextFires` of an answer. */
export function nextFires(
  rule: Pick<DueRule, "whenCron" | "timezone">,
  afterMs: number,
  count: number,
): number[] {
  return nextInstants(parseCron(rule.whenCron), rule.timezone, afterMs, count);
}
