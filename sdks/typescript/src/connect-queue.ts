import { connectHttpsQueue } from "./https-queue.ts";
import type { QueueConnection, QueueConnectionOptions } from "./queue-connection.ts";

/** Opens the way to the queue that the worker registered for. The Valkey client is loaded where it is used only. */
export async function connectQueue(options: QueueConnectionOptions): Promise<QueueConnection> {
  const { registration, engine, ...rest } = options;
  if (registration.transport === "https")
    return connectHttpsQueue({ registration, engine, kinds: rest.kinds });
  const { connectValkeyQueue } = await import("./valkey-queue.ts");
  return await connectValkeyQueue({ registration, ca: engine.ca, ...rest });
}
