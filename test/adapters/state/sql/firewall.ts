// A connection to the server through a firewall that can drop what is open, silently or with a reset.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A way to the server of a URL. */
export interface Firewall {
  /** The URL through the firewall. */
  readonly url: string;
  /**
   * Drops the connections that are open now. `silent`: they stay open and carry no data; `reset`:
   * the next data ends them.
   */
  drop(how: "silent" | "reset"): void;
  close(): void;
}

/** Sets up a firewall before the server of a URL. */
export async function firewallBefore(url: string): Promise<Firewall> {
  const { hostname, port } = new URL(url);
  const dropped = new Map<Socket, "silent" | "reset" | undefined>();
  const server = createServer((socket) => {
    const onward = connect(Number(port), hostname);
    dropped.set(socket, undefined);
    const end = () => {
      socket.destroy();
      onward.destroy();
    };
    socket.on("data", (data) => {
      const how = dropped.get(socket);
      if (how === undefined) onward.write(data);
      if (how === "reset") end();
    });
    onward.on("data", (data) => dropped.get(socket) === undefined && socket.write(data));
    for (const one of [socket, onward]) one.on("error", () => {}).on("close", end);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const through = { host: `127.0.0.1:${(server.address() as AddressInfo).port}` };
  return {
    url: Object.assign(new URL(url), through).href,
    drop: (how) => {
      for (const socket of dropped.keys()) dropped.set(socket, how);
    },
    close: () => {
      for (const socket of dropped.keys()) socket.destroy();
      server.close();
    },
  };
}
