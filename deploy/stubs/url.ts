// Replaces Node's `url` in the packages that the functions bundle.
/**
 * node-fetch 2 calls `url.parse`, which Node 24 reports as deprecated in every process: a line in the log that the
 * user can do nothing about. The SDK takes `URL` from here.
 */
export const URL = globalThis.URL;

/** The parts of an absolute URL as `http.request` takes them. No URL of the functions has a user or a password. */
export function parse(text: string): { readonly href: string } & Record<string, string> {
  const { href, protocol, hostname, port, host, pathname, search, hash } = new globalThis.URL(text);
  const path = pathname + search;
  return { href, protocol, hostname: hostname.replace(/^\[|\]$/g, ""), port, host, pathname, search, path, hash };
}

/** The text of a URL that `parse` has read. */
export function format({ href }: { readonly href: string }): string {
  return href;
}
