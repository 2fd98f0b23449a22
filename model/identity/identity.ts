import { z } from "zod";
import { plainText } from "../text.ts";
import { tenantId } from "./tenant.ts";

/** Who acts: a person's or a service's name as the identity provider gives it. Printable, at most 200 characters. */
export const actorName = plainText(200).min(1, "must not be empty");

/** A project inside a tenant; it narrows nothing yet and is only recorded. */
export const projectName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, "must be 1 to 128 characters of A-Z, a-z, 0-9, ., _ and -");

/**
 * The verified caller of a request. `tenant` comes from here and from nowhere else. `scopes` holds whatever
 * the caller was granted, names that we do not know included.
 */
export const identity = z.object({
  tenant: tenantId,
  actor: actorName,
  scopes: z.array(z.string().min(1).max(200)).max(500),
  project: projectName.optional(),
});

export type Identity = Readonly<z.infer<typeof identity>>;

/** Whether the identity holds the scope. Scopes are exact names: none implies another. */
export function hasScope(who: Pick<Identity, "scopes">, scope: string): boolean {
  return who.scopes.includes(scope);
}
