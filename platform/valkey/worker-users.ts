import type { Redis } from "ioredis";
import { createWorkerUser, deleteWorkerUsers, type WorkerUser } from "./worker-acl.ts";

/** The users under which workers sign in to Valkey, one for each live key. */
export interface WorkerUsers {
  /** Creates or rewrites a user. */
  letIn(user: WorkerUser): Promise<void>;
  /** Removes the users of these keys, where there are any; their connections are closed at once. */
  shutOut(keyIds: readonly string[]): Promise<void>;
}

/** The users of a server, by a connection that may administer them. */
export function createWorkerUsers(valkey: Redis): WorkerUsers {
  return {
    letIn: (user) => createWorkerUser(valkey, user),
    shutOut: (keyIds) => deleteWorkerUsers(valkey, keyIds),
  };
}
