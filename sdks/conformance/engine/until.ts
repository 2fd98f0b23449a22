import { setTimeout as sleep } from "node:timers/promises";

/**
 * Waits for a condition.
 * @throws when it did not come true within the limit, 10 s by default.
 */
export async function until(isTrue: () => boolean | Promise<boolean>, limitMs = 10_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await isTrue())) {
    if (performance.now() > end)
      throw new Error(`The condition did not come true within ${limitMs / 1_000} s.`);
    await sleep(5);
  }
}
