import { z } from "zod";

const printable = /^[^\p{Cc}\p{Cs}]*$/u;

/** Why an operator acts, from `X-StellaOps-Operator-Reason` and `-Ticket`; goes into the audit row. */
export const operatorNote = z.object({
  reason: z
    .string()
    .max(256, "must be at most 256 characters")
    .regex(printable, "must not contain control characters")
    .optional(),
  ticket: z
    .string()
    .max(128, "must be at most 128 characters")
    .regex(printable, "must not contain control characters")
    .optional(),
});

export type OperatorNote = Readonly<z.infer<typeof operatorNote>>;
