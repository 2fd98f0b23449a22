import { z } from "zod";

/** The header field of routes that take an idempotency key: 1 to 255 visible ASCII characters. */
export const idempotencyHeader = {
  "idempotency-key": z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, "must be 1 to 255 visible ASCII characters")
    .optional()
    .meta({
      description:
        "Any text that is unique to this effect. The same key and request again, within 24 hours, give the first answer again and no second effect; the same key with another request is refused.",
      example: "3f0b8e6c-nightly-2027-01-15",
    }),
};
