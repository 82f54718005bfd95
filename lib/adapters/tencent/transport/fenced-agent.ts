import * as http from "node:http";
import * as https from "node:https";
import { isIP, type Socket } from "node:net";
import type { Millis } from "../../../model/types.ts";

/** Where the bytes go: the real cloud, or one endpoint in place of all its hosts. */
export type Endpoint = URL | undefined;

export const isSecure = (endpoint: Endpoint): boolean => endpoint?.protocol !== "http:";

/**
 * An agent that connects to the endpoint whatever host a request names, so that Host header and signature scope stay
 * the real ones. It is always given to the SDK, which would follow `http_proxy` without one.
 */
function agentFor(endpoint: Endpoint, options: http.AgentOptions): http.Agent {
  const agent = isSecure(endpoint) ? new https.Agent(options) : new http.Agent(options);
  if (endpoint) {
    const host = endpoint.hostname.replace(/^\[|\]$/g, "");
    const place = {
      host,
      port: Number(endpoint.port) || (isSecure(endpoint) ? 443 : 80),
      // The certificate to expect is the endpoint's. An address is no server name; "" sends none.
      servername: isIP(host) ? "" : host,
    };
    const connect = agent.createConnection.bind(agent);
    agent.createConnection = (options, done) => connect({ ...options, ...place }, done);
  }
  return agent;
}

/**
 * An agent for calls that may be repeated: it keeps connections, though not for long: after a freeze of the process an
 * old one may be dead without a sign, and a request on it would wait for its whole timeout.
 */
export function sharedAgent(endpoint: Endpoint): http.Agent {
  return agentFor(endpoint, { keepAlive: true, timeout: 4000 });
}

/** Guards one request that must not leave twice or too late. Whoever repeats a call needs a new one each time. */
export interface Fence {
  readonly agent: http.Agent;
  /** Whether bytes of the request may have left the process. Once `close` was called, false is final. */
  left(): boolean;
  /** Why the request was destroyed, if it was. */
  refusal(): string | undefined;
  /** From here on nothing leaves any more. */
  close(): void;
}

/**
 * An agent for one request. A connection of its own, because a kept one may turn out dead only after the request was
 * written to it; one connection at most, because the SDK's HTTP client follows redirects and would send again.
 *
 * The process may be frozen at any await between the decision to send and the send (SCF freezes instances between
 * invocations). So the connection is handed to the request only when it stands, and the two clocks are looked at in the
 * very call that writes the first bytes: now, and the timestamp in those bytes, which the cloud honours for 300 s.
 */
export function fencedAgent(endpoint: Endpoint, notAfter: Millis, now: () => Millis): Fence {
  const agent = agentFor(endpoint, { keepAlive: false });
  const connect = agent.createConnection.bind(agent);
  let connections = 0;
  let socket: Socket | undefined;
  let left = false;
  let closed = false;
  let refusal: string | undefined;

  const whyNot = (bytes: string): string | undefined => {
    if (closed) return "the call was given up";
    const signedAt = /^x-tc-timestamp: *(\d+)\r?$/im.exec(bytes)?.[1];
    if (signedAt === undefined) return "the request carries no timestamp";
    const late = Math.max(now(), Number(signedAt) * 1000);
    return late > notAfter ? `it is ${late - notAfter} ms past the last moment to send` : undefined;
  };

  const guard = (standing: Socket): void => {
    const write = standing.write.bind(standing) as (...args: unknown[]) => boolean;
    standing.write = (...args: unknown[]): boolean => {
      if (!left) {
        refusal ??= whyNot(String(args[0]));
        if (refusal !== undefined) {
          standing.destroy(new Error(refusal));
          return false;
        }
        left = true;
      }
      return write(...args);
    };
  };

  agent.createConnection = (options, done) => {
    const hand = done as (error: Error | null, socket?: Socket) => void;
    if (++connections > 1 || closed) {
      hand(new Error("the request was not sent a second time"));
      return undefined;
    }
    const opening = connect(options) as Socket;
    socket = opening;
    opening.once("error", hand);
    opening.once(isSecure(endpoint) ? "secureConnect" : "connect", () => {
      opening.off("error", hand);
      guard(opening);
      hand(null, opening);
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
