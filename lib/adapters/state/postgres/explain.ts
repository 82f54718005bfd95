// What the errors of pg and of the server mean to the user.
import { storeFault } from "../../../model/messages/state.ts";
import type { Engine } from "../engine.ts";

/** The code of an error of the server or of the system; empty if it has none. */
export function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : "";
}

/** An error as "code: message". */
export function causeOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  return [codeOf(error), words].filter((part) => part !== "").join(": ");
}

/**
 * Explains the errors of pg and of the server that a URL names; see `Engine`. A server that asks for
 * the password in clear may quote it.
 */
export function explainPostgres(connectionString: string): Engine["explain"] {
  const { password, searchParams } = new URL(connectionString);
  const secrets = [password, decoded(password), searchParams.get("password")].filter((secret) => secret);
  return (error) => {
    const cause = causeOf(error);
    const shown = secrets.reduce((text: string, secret) => text.replaceAll(secret as string, "***"), cause);
    return storeFault(FAULTS.find(([pattern]) => pattern.test(cause))?.[1] ?? "server-failed", { cause: shown });
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** That the connection was lost, matched against `causeOf`. */
export const DROPPED = /^(57P0|08|ECONNRESET|EPIPE)|^Connection terminated/;

/**
 * Matched against "code: message", the first match counts. The codes are those of
 * https://www.postgresql.org/docs/current/errcodes-appendix.html and of Node's system errors.
 */
const FAULTS = [
  [/^28P01|password must be a/, "server-password"],
  [/^28/, "server-access"],
  [/^3D000/, "server-no-database"],
  [/^(42501|3F000)/, "server-permission"],
  [/^(42P01|42703)/, "server-other-tables"],
  [/^53300/, "server-connections"],
  [/^(53100|53200)/, "server-full"],
  [/^25006/, "server-replica"],
  [/^(57014|55P03)|Query read timeout/, "server-slow"],
  [/^57P03/, "server-starting"],
  [/SSL|certificate|CERT_/, "server-encryption"],
  [DROPPED, "server-dropped"],
  [
    /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOENT|no answer)|timeout expired/,
    "server-unreachable",
  ],
] as const;
