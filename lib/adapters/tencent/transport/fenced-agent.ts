// The HTTP agents: one that keeps connections, and one that sends one request before a last moment.
import * as http from "node:http";
import * as https from "node:https";
import { isIP, type Socket } from "node:net";
import { cloudDetail } from "../../../model/messages/cloud-details.ts";
import type { Text } from "../../../model/messages/define.ts";
import type { Millis } from "../../../model/types.ts";

/** Undefined for the real cloud; else one endpoint in place of all its hosts. */
export type Endpoint = URL | undefined;

export const isSecure = (endpoint: Endpoint): boolean => endpoint?.protocol !== "http:";

/**
 * An agent that connects to the endpoint whatever host a request names, so that the Host header and
 * the signature scope stay the real ones. The SDK always gets an agent, because without one it
 * would follow `http_proxy`.
 */
function agentFor(endpoint: Endpoint, options: http.AgentOptions): http.Agent {
  const agent = isSecure(endpoint) ? new https.Agent(options) : new http.Agent(options);
  if (endpoint) {
    const host = endpoint.hostname.replace(/^\[|\]$/g, "");
    const place = {
      host,
      port: Number(endpoint.port) || (isSecure(endpoint) ? 443 : 80),
      // The certificate must be the endpoint's. An IP address is no server name; "" sends none.
      servername: isIP(host) ? "" : host,
    };
    const connect = agent.createConnection.bind(agent);
    agent.createConnection = (options, done) => connect({ ...options, ...place }, done);
  }
  return agent;
}

/**
 * An agent for calls that may be repeated. It keeps connections for a short time only: after a
 * freeze of the process an old connection may be dead without a sign, and a request on it would
 * wait for its whole timeout.
 */
export function sharedAgent(endpoint: Endpoint): http.Agent {
  return agentFor(endpoint, { keepAlive: true, timeout: 4000 });
}

/** Guards one request that must not leave twice or too late. Each retry needs a new fence. */
export interface Fence {
  readonly agent: http.Agent;
  /** Whether bytes of the request may have left the process. After `close`, false is final. */
  left(): boolean;
  /** Why the request was destroyed, if it was. */
  refusal(): Text | undefined;
  /** After this call nothing leaves the process. */
  close(): void;
}

/**
 * An agent for one request. It opens a new connection, because a kept one may turn out to be dead
 * only after the request was written to it. It opens one connection at most, because the SDK's HTTP
 * client follows redirects and would send the request again.
 *
 * The process may be frozen at any await between the decision to send and the send (SCF freezes
 * instances between invocations). So the request gets the connection only when it is established,
 * and the call that writes the first bytes compares both clocks with `notAfter`: the current time,
 * and the timestamp in those bytes, which the cloud honours for 300 s.
 */
export function fencedAgent(endpoint: Endpoint, notAfter: Millis, now: () => Millis): Fence {
  const agent = agentFor(endpoint, { keepAlive: false });
  const connect = agent.createConnection.bind(agent);
  let connections = 0;
  let socket: Socket | undefined;
  let left = false;
  let closed = false;
  let refusal: Text | undefined;

  const whyNot = (bytes: string): Text | undefined => {
    if (closed) return cloudDetail("call-stopped").text;
    const signedAt = /^x-tc-timestamp: *(\d+)\r?$/im.exec(bytes)?.[1];
    if (signedAt === undefined) return cloudDetail("no-timestamp").text;
    const latest = Math.max(now(), Number(signedAt) * 1000);
    return latest > notAfter ? cloudDetail("past-last-moment", { ms: latest - notAfter }).text : undefined;
  };

  const guard = (connected: Socket): void => {
    const write = connected.write.bind(connected) as (...args: unknown[]) => boolean;
    connected.write = (...args: unknown[]): boolean => {
      if (!left) {
        refusal ??= whyNot(String(args[0]));
        if (refusal !== undefined) {
          connected.destroy(new Error(refusal));
          return false;
        }
        left = true;
      }
      return write(...args);
    };
  };

  agent.createConnection = (options, done) => {
    const callback = done as (error: Error | null, socket?: Socket) => void;
    if (++connections > 1 || closed) {
      callback(new Error(cloudDetail("no-second-send").text));
      return undefined;
    }
    const opening = connect(options) as Socket;
    socket = opening;
    opening.once("error", callback);
    opening.once(isSecure(endpoint) ? "secureConnect" : "connect", () => {
      opening.off("error", callback);
      guard(opening);
      callback(null, opening);
    });
    return undefined;
  };

  return {
    agent,
    left: () => left,
    refusal: () => refusal,
    close: () => {
      closed = true;
      socket?.destroy();
      agent.destroy();
    },
  };
}
