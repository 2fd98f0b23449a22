import type { AddressInfo, Server, Socket } from "node:net";
import type { Flow } from "./flow.ts";
import type { Link } from "./link.ts";
import { createWire, type WireCommand } from "./wire.ts";

/** Puts the server of a proxy on a free port of the loopback; `sockets` are those that workers have open now. */
export async function openLink(
  server: Server,
  proxy: {
    readonly flow: Flow;
    readonly commands: WireCommand[];
    readonly sockets: () => Iterable<Socket>;
  },
): Promise<Link> {
  const { flow, commands, sockets } = proxy;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = () => {
    const open = [...sockets()];
    for (const socket of open) socket.destroy();
    return open.length;
  };
  const link: Link = {
    port: (server.address() as AddressInfo).port,
    wire: createWire(commands),
    meddle: undefined,
    isAway: false,
    get delayMs() {
      return flow.delayMs;
    },
    set delayMs(delayMs) {
      flow.delayMs = delayMs;
    },
    stall: () => flow.stall(),
    resume: () => flow.resume(),
    cut,
    async close() {
      link.isAway = true;
      cut();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return link;
}
