import { Client, Connection } from "@temporalio/client";

export interface TemporalOptions {
  /** host:port of the frontend. */
  readonly address: string;
  readonly namespace: string;
}

/** A connected client; throws within 10 s when the server does not answer. Close with `client.connection.close()`. */
export async function connectTemporal(options: TemporalOptions): Promise<Client> {
  const connection = await Connection.connect({ address: options.address, connectTimeout: "10s" });
  return new Client({ connection, namespace: options.namespace });
}
