/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. To be called once, at the start. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    const onSignal = () => {
      resolve();
      for (const signal of signals) {
        process.off(signal, onSignal);
        process.once(signal, () => process.exit(130));
      }
    };
    for (const signal of signals) process.on(signal, onSignal);
  });
}

const signals = ["SIGTERM", "SIGINT"] as const;
