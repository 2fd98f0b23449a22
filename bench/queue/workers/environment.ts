/** What the bench tells its worker programs. @throws when it is not there */
export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set.`);
  return value;
}

/** Counts the jobs that were executed, by the numbers in their payloads. */
export function createCount() {
  let count = 0;
  let sum = 0;
  return {
    add(payload: unknown): { n: number; at: number } {
      const { n } = payload as { n: number };
      count += 1;
      sum += n;
      return { n, at: Number(process.hrtime.bigint()) };
    },
    print: () => console.log(`executed ${count} ${sum}`),
  };
}
