import { Redis } from "ioredis";
import { readPem } from "../tls/read-pem.ts";
import { tlsTrouble } from "../tls/trouble.ts";

export interface ValkeyConnection {
  /** `redis://[user:password@]host:port[/db]` or `rediss://…`. */
  readonly url: string;
  /** A PEM file with the authorities to trust for a `rediss` address, instead of the system's. */
  readonly caFile?: string | undefined;
  /** Shown by CLIENT LIST, so that an operator can tell connections apart. */
  readonly name: string;
  /** Connection troubles, for the log; ioredis reconnects by itself. Without a listener the process would die. */
  readonly onError?: (error: Error) => void;
  /** How long a command may take; default 10,000. Blocking reads get no limit. */
  readonly commandTimeoutMs?: number;
}

/**
 * Opens a connection for commands and waits until it is usable. A command fails at once while the server is
 * away: callers know whether to try again, a hidden queue in the client does not.
 * @throws when the server does not answer the first time.
 */
export async function connectValkey(settings: ValkeyConnection): Promise<Redis> {
  const valkey = createClient(settings, settings.commandTimeoutMs ?? 10_000);
  let trouble: unknown;
  const note = (error: unknown) => {
    trouble = error;
  };
  valkey.on("error", note);
  try {
    await valkey.connect();
  } catch (error) {
    valkey.disconnect();
    // What the client rejects with may say no more than that the connection is closed.
    const message = tlsTrouble(trouble ?? error, tlsSettings);
    throw message === undefined ? error : new Error(message, { cause: trouble ?? error });
  } finally {
    valkey.off("error", note);
  }
  return valkey;
}

const caSetting = "JOBENGINE_VALKEY_CA_FILE";
const tlsSettings = { what: "Valkey", address: "JOBENGINE_VALKEY_URL", caFile: caSetting };

/** A second connection beside `valkey` for blocking reads, which would hold up every other command. */
export async function connectForBlocking(valkey: Redis, onError: (error: Error) => void): Promise<Redis> {
  const reader = valkey.duplicate({
    connectionName: `${valkey.options.connectionName ?? "jobengine"}-reader`,
    commandTimeout: undefined,
    lazyConnect: true,
  });
  reader.on("error", onError);
  await reader.connect();
  return reader;
}

function createClient(settings: ValkeyConnection, commandTimeoutMs: number): Redis {
  const valkey = new Redis(settings.url, {
    connectionName: settings.name,
    lazyConnect: true,
    // A function that ran once must not run again because its reply was lost.
    autoResendUnfulfilledCommands: false,
    // 0 rejects what is in flight the moment the connection drops. With resending off, any other value
    // leaves those promises pending for ever once the connection is back (ioredis 6.0, readyHandler).
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    connectTimeout: 5_000,
    // The address's scheme decides whether TLS is spoken; the certificate must be for the host in it.
    ...(settings.caFile !== undefined &&
      settings.url.startsWith("rediss:") && {
        tls: { ca: readPem(settings.caFile, "CERTIFICATE", caSetting) },
      }),
    commandTimeout: commandTimeoutMs,
    retryStrategy: (attempts) => Math.min(2_000, 25 * 2 ** Math.min(attempts, 7)) + Math.random() * 50,
  });
  const onError = settings.onError ?? (() => {});
  valkey.on("error", onError);
  return valkey;
}
