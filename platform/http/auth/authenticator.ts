import type { Identity } from "../../../model/identity/identity.ts";
import type { WorkerIdentity } from "../../../model/identity/worker-key.ts";

/**
 * Turns a request into its verified caller, or throws a `DomainError`: `unauthenticated` when the proof is
 * missing or wrong, `unavailable` when the keys to check it cannot be had. One implementation per identity mode.
 */
export interface Authenticator {
  /** Which mode this is; decides which security scheme the API description shows. */
  readonly mode: "dev" | "jwt";
  authenticate(request: Request): Promise<Identity>;
}

/** The same for scan workers, who show a worker key. */
export interface WorkerAuthenticator {
  authenticate(request: Request): Promise<WorkerIdentity>;
}
