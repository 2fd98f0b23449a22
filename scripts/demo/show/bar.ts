/** How far a piece of work is. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly elapsedMs: number;
}

/** `███████░░░` of `width` characters; full only when all is done. */
export function bar({ done, total }: Pick<Progress, "done" | "total">, width: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const full = Math.floor(share * width);
  return "█".repeat(full) + "░".repeat(width - full);
}

/** Units a second so far; 0 before anything is done. */
export function rate({ done, elapsedMs }: Progress): number {
  return elapsedMs <= 0 ? 0 : (done * 1_000) / elapsedMs;
}

/** Seconds until the end at the pace so far; `undefined` before there is one. */
export function etaSeconds(progress: Progress): number | undefined {
  const perSecond = rate(progress);
  return perSecond === 0 ? undefined : Math.max(0, progress.total - progress.done) / perSecond;
}

/** `120 of 200 images, 85/s, 1 s left`. */
export function progressText(progress: Progress, unit: string): string {
  const { done, total } = progress;
  const left = etaSeconds(progress);
  const pace = done === 0 ? "" : `, ${Math.round(rate(progress))}/s`;
  const rest = left === undefined || done >= total ? "" : `, ${left < 1 ? "<1" : Math.round(left)} s left`;
  return `${done} of ${total} ${unit}${pace}${rest}`;
}
