import { z } from "zod";
import { jobKind } from "../queue/job-message.ts";
import { timestamp } from "../time/timestamp.ts";

/** The most watermarks that one kind of job may have in a tenant. */
export const watermarksOfKind = 1_000;

export const watermarkName = z.string().regex(/^[A-Za-z0-9_.:-]{1,128}$/, "1 to 128 of A-Z a-z 0-9 _ . : -");

const utf8 = new TextEncoder();

/** Where a kind of job has come to: an instant, a cursor, whatever it writes; nobody else reads it. */
export const watermarkValue = z
  .string()
  .min(1)
  .max(512)
  .refine((text) => utf8.encode(text).length <= 512, "must have at most 512 bytes");

export const watermark = z.object({
  kind: jobKind,
  name: watermarkName,
  value: watermarkValue
    .nullable()
    .meta({ description: "Null when it was never moved, or sent back to the start." }),
  revision: z.int().meta({ description: "How often it was moved." }),
  movedAt: timestamp.optional(),
  movedBy: z.string().optional().meta({ description: "The job that moved it last, or the operator." }),
});

export type Watermark = z.infer<typeof watermark>;

/** A move from the value that was read to a new one. */
export const watermarkMove = z
  .strictObject({
    from: watermarkValue.nullable().meta({ description: "What was read; null for one that has no value." }),
    to: watermarkValue,
    monotone: z
      .boolean()
      .default(false)
      .meta({ description: "Both values are RFC 3339 instants, and it must not go back." }),
  })
  .superRefine((move, context) => {
    const fault = move.monotone ? monotoneFault(move) : undefined;
    if (fault !== undefined) context.addIssue({ code: "custom", ...fault });
  });

export type WatermarkMove = Readonly<z.infer<typeof watermarkMove>>;

interface Move {
  readonly from: string | null;
  readonly to: string;
}

/** Why a move is not one of instants that goes on; undefined when it is. Equal instants are no step back. */
export function monotoneFault({ from, to }: Move): { path: string[]; message: string } | undefined {
  const notInstant = { message: "must be an RFC 3339 instant, since the move is monotone" };
  if (!timestamp.safeParse(to).success) return { path: ["to"], ...notInstant };
  if (from === null) return undefined;
  if (!timestamp.safeParse(from).success) return { path: ["from"], ...notInstant };
  if (Date.parse(to) >= Date.parse(from)) return undefined;
  return { path: ["to"], message: `lies before ${from}; a monotone watermark never goes back` };
}
