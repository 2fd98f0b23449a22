/** The limits of the queue protocol, version 1. Normative text: sdks/PROTOCOL.md, "Limits". */
export const queueLimits = {
  /** Jobs, outcomes or entries in one call of a queue function. */
  itemsPerCall: 1_000,
  /** job, kind, tenant, run and payload of one message together. */
  messageBytes: 2_048,
  /** An outcome document as UTF-8 JSON; a larger result goes by artifact reference. */
  outcomeBytes: 65_536,
  /** A stale outcome above this is forwarded without its body. */
  staleOutcomeBytes: 4_096,
  progressBytes: 512,
  kindsPerWorker: 32,
  errorMessageBytes: 1_024,
} as const;

/** The protocol version that this engine speaks. */
export const queueProtocolVersion = 1;
