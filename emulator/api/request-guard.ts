// Refuses requests that a web page may have sent: the emulator's keys are known, its control API has none.
import { networkInterfaces } from "node:os";

/** The headers of a request that say where it comes from and whom it is for. */
export interface RequestOrigin {
  readonly host: string;
  readonly origin?: string | undefined;
  readonly fetchSite?: string | undefined;
}

/**
 * Why a request is refused, or undefined. A web page that a user of this machine visits can make the
 * browser send requests to loopback. Browsers mark those with `Origin` or `Sec-Fetch-Site`. A page
 * whose own name was made to resolve to this machine (DNS rebinding) is known by its `Host`, which
 * must be loopback, a host of the vendor, or one of `ownHosts`.
 */
export function refusalOf(request: RequestOrigin, ownHosts: readonly string[]): string | undefined {
  if (request.origin !== undefined) return "a request with an Origin header comes from a web page";
  if (!["none", "same-origin", undefined].includes(request.fetchSite)) return "the request comes from another site";
  const name = nameIn(request.host);
  if (name !== undefined && (isLoopback(name) || VENDOR.test(name) || ownHosts.includes(name))) return undefined;
  return "the Host header names neither loopback, nor a host of the vendor, nor an address of the emulator";
}

/** The API and COS. */
const VENDOR = /(^|\.)(tencentcloudapi|myqcloud)\.com$/;

/** Whether a host name or an address is this machine's loopback, whatever a name service says. */
export function isLoopback(name: string): boolean {
  return /^(.+\.)?localhost$|^127(\.\d+){3}$|^::1$/i.test(name);
}

/** The hosts under which a server that listens on `host` can be reached besides loopback. */
export function ownHostsOf(host: string): string[] {
  if (isLoopback(host)) return [];
  const isWildcard = host === "0.0.0.0" || host === "::";
  const addresses = isWildcard ? Object.values(networkInterfaces()).flatMap((list) => list ?? []) : [];
  return [host.toLowerCase(), ...addresses.map(({ address }) => address)];
}

/** The host name or address in a Host header, without the port. */
function nameIn(host: string): string | undefined {
  try {
    return new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, "");
  } catch {
    return undefined;
  }
}
