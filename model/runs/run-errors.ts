import { z } from "zod";
import type { BooksCheck } from "./books.ts";

/** Why a run ended in `error`: faults of the engine, never of an image or a worker. */
export const runErrorCodes = [
  "ERR_RUN_PLANNING", // the impact set could not be resolved or written
  "ERR_RUN_DISPATCH", // the jobs could not be put on the queue
  "ERR_RUN_BOOKS", // nothing is open and the books do not balance
  "ERR_RUN_ENGINE", // anything else
] as const;

export type RunErrorCode = (typeof runErrorCodes)[number];

export const runError = z.strictObject({
  code: z.enum(runErrorCodes),
  /** For people; never the text of an unknown exception. */
  message: z.string().max(1_024),
});

export type RunError = z.infer<typeof runError>;

/** The error of a run whose books do not balance: says which side is short, and by how much. */
export function booksError(check: Extract<BooksCheck, { balanced: false }>): RunError {
  const images = check.difference === 1 ? "1 image" : `${check.difference} images`;
  const message =
    check.side === "outcomes"
      ? `The books do not balance: the outcomes are short by ${images}.`
      : `The books do not balance: the planned side is short by ${images}.`;
  return { code: "ERR_RUN_BOOKS", message };
}
