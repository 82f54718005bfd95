import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { StateError } from "../../model/errors.ts";

/** Where the state is, as `STATE_URL` says it. */
export type StateUrl =
  | { readonly engine: "sqlite"; readonly path: string }
  | { readonly engine: "postgres"; readonly connectionString: string; readonly schema: string | undefined };

const forms =
  "use sqlite:PATH for a file on this computer, or postgres://USER:PASSWORD@HOST:5432/DATABASE for a server";

/**
 * Reads a `STATE_URL`. A relative path counts from `cwd`; the forms with `//` are URLs (absolute, percent-decoded).
 * Throws `StateError`; no message repeats a password.
 */
export function parseStateUrl(url: string, cwd = process.cwd()): StateUrl {
  const scheme = schemeOf(url);
  if (scheme === "sqlite" || scheme === "file") {
    return { engine: "sqlite", path: filePath(url, url.slice(scheme.length + 1), cwd) };
  }
  if (scheme === "postgres" || scheme === "postgresql") {
    const parsed = serverUrl(url);
    if (!parsed) {
      const remedy =
        "if the user or the password has one of the characters : / ? # [ ] @ % write it percent-encoded, @ as %40";
      throw new StateError(`STATE_URL: ${describeStateUrl(url)} is no valid URL; ${remedy}`);
    }
    return { engine: "postgres", ...takeSchema(parsed) };
  }
  const what =
    scheme === undefined ? (url.trim() ? "has no scheme" : "is empty") : `has the unknown scheme "${scheme}:"`;
  throw new StateError(`STATE_URL ${what}; ${forms}`);
}

/** The URL for messages: without the password, and without anything in which one could hide. */
export function describeStateUrl(url: string): string {
  const scheme = schemeOf(url);
  // A server's URL under the wrong scheme; a path may hold an @ too.
  if (scheme === "sqlite" || scheme === "file") return url.replace(/:.*@/s, ":…@");
  if (scheme !== "postgres" && scheme !== "postgresql") return scheme === undefined ? "STATE_URL" : `${scheme}:…`;
  const parsed = serverUrl(url);
  if (!parsed) return `${scheme}://…`;
  const user = parsed.username ? `${parsed.username}@` : "";
  const schema = parsed.searchParams.get("schema");
  return `${scheme}://${user}${parsed.host}${parsed.pathname}${schema ? `?schema=${schema}` : ""}`;
}

function schemeOf(url: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
}

function filePath(url: string, rest: string, cwd: string): string {
  if (rest === "" || rest === ":memory:" || rest.endsWith("/")) {
    throw new StateError(
      `STATE_URL: ${describeStateUrl(url)} names no file; write for example sqlite:.cvm-replicator/state.db`,
    );
  }
  if (!rest.startsWith("//")) return resolve(cwd, rest);
  try {
    const parsed = new URL(`file:${rest}`);
    if (parsed.search === "" && parsed.hash === "") return fileURLToPath(parsed);
  } catch {
    // Falls through to the one message for every URL that is no path, such as one with a host.
  }
  throw new StateError(
    `STATE_URL: ${describeStateUrl(url)} is no file of this computer; write sqlite:PATH for a relative path or sqlite:///PATH for an absolute one`,
  );
}

/**
 * A `#` or `@` that was not percent-encoded in a password moves the rest of it into the path or the fragment, where it
 * would be printed, so that such a URL counts as invalid.
 */
function serverUrl(url: string): URL | undefined {
  try {
    const parsed = new URL(url);
    if (!parsed.href.includes("://") || parsed.hash !== "" || parsed.pathname.includes("@")) return undefined;
    return parsed.search.includes("@") ? undefined : parsed;
  } catch {
    return undefined;
  }
}

/** `?schema=` is our own: PostgreSQL knows it as the setting `search_path`. */
function takeSchema(parsed: URL): { connectionString: string; schema: string | undefined } {
  const schema = parsed.searchParams.get("schema") ?? undefined;
  if (schema === undefined) return { connectionString: parsed.href, schema };
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
    throw new StateError(
      `STATE_URL: the schema "${schema}" is not allowed; use lower-case letters, digits and _, at most 63, and no digit first`,
    );
  }
  const options = parsed.searchParams.get("options");
  parsed.searchParams.delete("schema");
  parsed.searchParams.set("options", `${options ? `${options} ` : ""}-c search_path="${schema}"`);
  return { connectionString: parsed.href, schema };
}
