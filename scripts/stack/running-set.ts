import { killNow, stopProcess } from "./stop-process.ts";
import type { Part } from "./state.ts";

/**
 * The processes that this command has started and must not leave behind unless it succeeds.
 * `keep` hands them over to the data folder, where `down` finds them. Until then they are stopped by
 * `stopAll` (newest first), and killed when this process ends without having called it.
 */
export class RunningSet {
  #parts: Part[] = [];
  readonly #killAll = () => this.#parts.forEach((part) => killNow(part));

  constructor() {
    process.on("exit", this.#killAll);
  }

  /** How many processes this command has started and not stopped. */
  get size(): number {
    return this.#parts.length;
  }

  add(part: Part): void {
    this.#parts.push(part);
  }

  /** Stops everything, in reverse order of starting. `onStop` hears of each. */
  async stopAll(onStop: (part: Part) => void = () => {}): Promise<void> {
    for (const part of this.#parts.toReversed()) {
      await stopProcess(part);
      this.#parts = this.#parts.filter((other) => other !== part);
      onStop(part);
    }
    process.off("exit", this.#killAll);
  }

  keep(): void {
    this.#parts = [];
    process.off("exit", this.#killAll);
  }
}
