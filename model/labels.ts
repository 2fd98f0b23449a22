import { z } from "zod";
import { plainText } from "./text.ts";

/** `key: value` pairs of an image or a schedule. Keys as OCI and Kubernetes write them, case kept. */
export const labels = z
  .record(
    z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$/, "must be 1 to 128 characters of A-Z, a-z, 0-9, . _ / -"),
    plainText(256),
  )
  .refine((map) => Object.keys(map).length <= 64, "must have at most 64 entries");

export type Labels = z.infer<typeof labels>;
