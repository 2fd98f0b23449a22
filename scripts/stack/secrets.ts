import { randomBytes } from "node:crypto";
import { z } from "zod";
import { paths, readJson, writeJson } from "./data-folder.ts";

const secretsSchema = z.object({
  postgresAdmin: z.string(),
  databaseOwner: z.string(),
  databaseApp: z.string(),
  databaseEngine: z.string(),
  valkey: z.string(),
  s3AccessKey: z.string(),
  s3SecretKey: z.string(),
  /** Minted by the engine once its database exists; kept, so that a second `up` shows the same key. */
  workerKey: z.string().optional(),
});

/** The passwords of one stack, in `secrets.json` of its data folder, readable by its owner only. */
export type Secrets = z.infer<typeof secretsSchema>;

/** Reads the passwords of a data folder, and makes them up at the first call. */
export function readOrCreateSecrets(dataDir: string): Secrets {
  const known = readJson(paths.secrets(dataDir), secretsSchema);
  if (known !== undefined) return known;
  const secrets: Secrets = {
    postgresAdmin: randomSecret(),
    databaseOwner: randomSecret(),
    databaseApp: randomSecret(),
    databaseEngine: randomSecret(),
    valkey: randomSecret(),
    s3AccessKey: randomBytes(10).toString("hex"),
    s3SecretKey: randomSecret(),
  };
  writeJson(paths.secrets(dataDir), secrets);
  return secrets;
}

function randomSecret(): string {
  return randomBytes(24).toString("hex");
}

/** Keeps the worker key beside the passwords. */
export function keepWorkerKey(dataDir: string, secrets: Secrets, workerKey: string): Secrets {
  const withKey = { ...secrets, workerKey };
  writeJson(paths.secrets(dataDir), withKey);
  return withKey;
}
