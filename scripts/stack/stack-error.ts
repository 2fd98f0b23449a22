/** Something the stack cannot do. The message is shown as it stands: what is wrong, then what would help. */
export class StackError extends Error {
  override name = "StackError";
}

/** The caller asked to stop (Ctrl-C, SIGTERM, a closed terminal). */
export class Interrupted extends Error {
  override name = "Interrupted";

  constructor(signalName: string) {
    super(`Interrupted by ${signalName}.`);
  }
}
