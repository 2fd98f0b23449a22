import { readFileSync } from "node:fs";
import { type AddressInfo, connect } from "node:net";
import { createServer } from "node:tls";

/** A listener that speaks TLS and passes what it hears to a server that does not. */
export interface TlsFront extends AsyncDisposable {
  readonly port: number;
}

/**
 * Stands before the test's Valkey: the binary that the stack downloads is built without TLS. What is tried is the
 * clients' side, and that speaks to a real server behind a real handshake.
 */
export async function startTlsFront(
  target: string,
  { certFile, keyFile }: { readonly certFile: string; readonly keyFile: string },
): Promise<TlsFront> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, (outer) => {
    const inner = connect(Number(port), hostname);
    for (const [one, other] of [
      [outer, inner],
      [inner, outer],
    ] as const) {
      sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        other.destroy();
        sockets.delete(one);
      });
      one.pipe(other);
    }
  });
  // A client that refuses the certificate ends the handshake: that is its good right.
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
