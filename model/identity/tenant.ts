import { z } from "zod";

/**
 * A tenant's id: 1 to 63 lower-case letters, digits, `_` and `-`, starting with a letter or digit. UUIDs fit.
 * The alphabet is narrow on purpose: the id becomes part of Valkey keys, blob paths and log lines, and can
 * never be a wildcard, a path segment like `..` or an empty string.
 */
export const tenantId = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,62}$/,
    "must be 1 to 63 characters of a-z, 0-9, _ and -, starting with a letter or digit",
  );

export type TenantId = z.infer<typeof tenantId>;
