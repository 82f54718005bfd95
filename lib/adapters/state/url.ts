// Reads STATE_URL, and shows it in messages without its password.
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { wrongSetting } from "../../model/errors.ts";
import type { Message } from "../../model/messages/define.ts";
import { stateMessage } from "../../model/messages/state.ts";
import { type CosPlace, describeCosUrl, parseCosUrl } from "./cos/place.ts";

/** The place of the state, from `STATE_URL`. */
export type StateUrl =
  | { readonly engine: "sqlite"; readonly path: string }
  | { readonly engine: "postgres"; readonly connectionString: string; readonly schema: string | undefined }
  | { readonly engine: "cos"; readonly place: CosPlace };

/** The error of a wrong `STATE_URL`. */
export const refuse = (message: Message) => wrongSetting("STATE_URL", message);

/**
 * Reads a `STATE_URL`. A relative path is relative to `cwd`; the forms with `//` are URLs
 * (absolute, percent-decoded). A bucket is in `region` if its URL names none. Throws `InputError`; no message repeats a password.
 */
export function parseStateUrl(url: string, cwd = process.cwd(), region?: string): StateUrl {
  const scheme = schemeOf(url);
  if (scheme === "sqlite" || scheme === "file") {
    return { engine: "sqlite", path: filePath(url, url.slice(scheme.length + 1), cwd) };
  }
  if (scheme === "postgres" || scheme === "postgresql") {
    const parsed = serverUrl(url);
    if (!parsed) throw refuse(stateMessage("state-url-invalid", { url: describeStateUrl(url) }));
    return { engine: "postgres", ...takeSchema(parsed) };
  }
  if (scheme === "cos") return { engine: "cos", place: parseCosUrl(url, region) };
  if (scheme !== undefined) throw refuse(stateMessage("state-url-unknown-scheme", { scheme }));
  throw refuse(stateMessage(url.trim() ? "state-url-no-scheme" : "state-url-empty"));
}

/** The URL for messages, without its password and without any part that could hold one. */
export function describeStateUrl(url: string): string {
  const scheme = schemeOf(url);
  // It may be the URL of a server under the wrong scheme; a path may hold an @ too.
  if (scheme === "sqlite" || scheme === "file") return url.replace(/:.*@/s, ":…@");
  if (scheme === "cos") return describeCosUrl(url);
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
    throw refuse(stateMessage("state-url-no-file", { url: describeStateUrl(url) }));
  }
  if (!rest.startsWith("//")) return resolve(cwd, rest);
  try {
    const parsed = new URL(`file:${rest}`);
    if (parsed.search === "" && parsed.hash === "") return fileURLToPath(parsed);
  } catch {
    // Falls through to the message for every URL that is not a path, such as one with a host.
  }
  throw refuse(stateMessage("state-url-not-local", { url: describeStateUrl(url) }));
}

/**
 * Undefined for an invalid URL. If a `#` or `@` in a password is not percent-encoded, the rest of
 * the password moves into the path or the fragment and would be printed, so such a URL is invalid
 * too.
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

/** Turns our own parameter `?schema=` into PostgreSQL's setting `search_path`. */
function takeSchema(parsed: URL): { connectionString: string; schema: string | undefined } {
  const schema = parsed.searchParams.get("schema") ?? undefined;
  if (schema === undefined) return { connectionString: parsed.href, schema };
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
    throw refuse(stateMessage("state-url-schema", { schema }));
  }
  const options = parsed.searchParams.get("options");
  parsed.searchParams.delete("schema");
  parsed.searchParams.set("options", `${options ? `${options} ` : ""}-c search_path="${schema}"`);
  return { connectionString: parsed.href, schema };
}
