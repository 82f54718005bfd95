// Why the state store cannot be opened, reached or understood, and what to do next.
import { catalogue, error } from "./define.ts";
import { INNER } from "./help.ts";

const FORMS =
  "use sqlite:PATH for a file on this computer, cos://BUCKET-APPID/PREFIX for a bucket of COS, " +
  "or postgres://USER:PASSWORD@HOST:5432/DATABASE for a server";

const messages = {
  "state-url-empty": error(() => ({ text: "is empty", remedy: FORMS })),
  "state-url-no-scheme": error(() => ({ text: "has no scheme", remedy: FORMS })),
  "state-url-unknown-scheme": error((p: { scheme: string }) => ({
    text: `has the unknown scheme "${p.scheme}:"`,
    remedy: FORMS,
  })),
  "state-url-invalid": error((p: { url: string }) => ({
    text: `${p.url} is not a valid URL`,
    remedy:
      "if the user or the password contains one of the characters : / ? # [ ] @ % write it percent-encoded, @ as %40",
  })),
  "state-url-no-file": error((p: { url: string }) => ({
    text: `${p.url} names no file`,
    remedy: "write for example sqlite:.cvm-replicator/state.db",
  })),
  "state-url-not-local": error((p: { url: string }) => ({
    text: `${p.url} is not a file on this computer`,
    remedy: "write sqlite:PATH for a relative path or sqlite:///PATH for an absolute one",
  })),
  "state-url-schema": error((p: { schema: string }) => ({
    text: `the schema "${p.schema}" is not allowed`,
    remedy: "use at most 63 lower-case letters, digits and _, and no digit first",
  })),
  "state-url-embedded": error((p: { url: string }) => ({
    text:
      `${p.url} is an embedded state, which the instances of a function do not share, ` +
      "so that each instance would make its own copies",
    remedy:
      "set STATE_URL=postgres://USER:PASSWORD@HOST:5432/DATABASE for a server, or STATE_URL=cos://BUCKET-APPID/PREFIX for a bucket",
  })),
  "state-unusable": error((p: { url: string; problem: string }) => `the state ${p.url} ${p.problem}`, INNER),
};

/** A complete message; those about a URL follow the name STATE_URL. No parameter may hold a password: `url` is a described URL. */
export const stateMessage = catalogue(messages);

const HISTORY = "restore a backup, or delete the record: it is history, and nothing depends on it";
const REBUILD =
  "run `cvm-replicator rebuild`, which deletes the records of this account and recovers them from the cloud";

/** A record, as a message names it. */
type Damaged = { readonly record: string; readonly isHistory: boolean };

const damaged = <P extends Damaged = Damaged>(problem: (params: P) => string) =>
  error((p: P) => ({
    text: `holds a damaged record, ${p.record}: ${problem(p)}`,
    remedy: p.isHistory ? HISTORY : REBUILD,
  }));

const EXPECTED = {
  string: "a string",
  number: "a number",
  boolean: "true or false",
  object: "an object",
  record: "an object",
  array: "a list",
  texts: "an object of strings",
  time: "a time",
};

/** What a field of a record should be. */
export type Expected = keyof typeof EXPECTED;

const recordFaults = {
  "record-not-json": damaged(() => "its body is not JSON"),
  "record-no-object": damaged(() => "its body is not a JSON object"),
  "record-field": damaged(
    (p: Damaged & { field: string; expected: Expected }) => `"${p.field}" is missing or not ${EXPECTED[p.expected]}`,
  ),
  "record-phase": damaged(
    (p: Damaged & { phase: string }) => `its phase "${p.phase}" is unknown or differs from the phase in its body`,
  ),
  "record-column": damaged((p: Damaged & { column: string }) => `its body has another ${p.column}`),
  "record-account": damaged(() => "its body is of another account"),
  "record-version": damaged(
    (p: Damaged & { version: number }) => `its version is ${p.version} and differs from the version in its body`,
  ),
};

const fault = (text: string, remedy: string) =>
  error((p: { cause: string }) => ({ text: `${text} (${p.cause})`, remedy }));

/** The schema had no version of its own before the first release, so that only a query notices. */
const OTHER_TABLES = "has tables that this version of the program did not make";

const SQLITE_PERMISSIONS = "change the permissions of the file and its folder";

const storeFaults = {
  "state-closed": error(() => "is already closed", "report it with the output of LOG_LEVEL=debug"),
  "state-opened-to-read": error(() => ({
    text: "was opened to be read, and is not changed",
    remedy: "report this as an error of the program",
  })),
  "state-newer": error((p: { version: number; supported: number }) => ({
    text: `was made by a newer version of this program (schema ${p.version}, this version supports ${p.supported})`,
    remedy: "update this program, or set STATE_URL to another state",
  })),

  "sqlite-not-installed": error(() => ({
    text: "is embedded and needs the package libsql, which is not installed here",
    remedy: "run npm install libsql; for functions use a server: set STATE_URL=postgres://…",
  })),
  "sqlite-not-accessible": error((p: { code: string; path: string }) => ({
    text: `cannot be opened (${p.code}): ${p.path} and its folder must be readable and writable for this user`,
    remedy: "change their permissions, or name another file with STATE_URL=sqlite:PATH",
  })),
  "sqlite-directory": error((p: { path: string }) => ({
    text: "is a directory",
    remedy: `name a file in the directory, such as STATE_URL=sqlite:${p.path}/state.db`,
  })),
  "sqlite-file-system": error(() => ({
    text: "is on a file system that several processes cannot share",
    remedy: "put the file on a local disk",
  })),
  "sqlite-not-database": fault("is not an SQLite database", "name another file with STATE_URL=sqlite:PATH"),
  "sqlite-damaged": fault(
    "is damaged",
    "restore a backup, or move the file away: the next sweep recovers the records of the copies from the cloud",
  ),
  "sqlite-busy": error((p: { cause: string; seconds: number }) => ({
    text: `is locked by another process (${p.cause})`,
    remedy: `wait until that process has ended (${p.seconds} s were not enough), then run again`,
  })),
  "sqlite-full": fault("cannot grow because the disk is full", "free some space, then run again"),
  "sqlite-read-only": fault("cannot be written", SQLITE_PERMISSIONS),
  "sqlite-cannot-open": fault("cannot be opened", SQLITE_PERMISSIONS),
  "sqlite-disk": fault("cannot be read or written", "check the disk, then run again"),
  "sqlite-other-tables": fault(
    OTHER_TABLES,
    "move the file away, or name another one with STATE_URL=sqlite:PATH; then cvm-replicator apply, with " +
      "REPLICATOR_INSTALLATION as before, finds the copies again in the cloud",
  ),
  "sqlite-failed": fault("failed", "check the file and its disk, then run again"),

  "server-password": fault("refused the user or the password", "correct them in STATE_URL"),
  "server-access": fault(
    "does not accept this user from this address",
    "correct STATE_URL, or the server's pg_hba.conf or security group",
  ),
  "server-no-database": fault(
    "does not have this database",
    "create the database (createdb NAME), or name another one in STATE_URL",
  ),
  "server-schema": error((p: { schema: string; actual: string | null }) => ({
    text: `uses the schema ${p.actual ?? "(none)"} in place of ${p.schema}, so that two states could be mixed up`,
    remedy: "name the server itself in STATE_URL, not a pooler that drops the start-up parameter options",
  })),
  "server-permission": fault(
    "does not give this user the permission",
    "grant the user CREATE on the schema, or name another schema with ?schema=NAME",
  ),
  "server-connections": fault("has no free connection", "raise max_connections, or run fewer functions at a time"),
  "server-full": fault("is out of disk space or memory", "give the server more disk or memory, then run again"),
  "server-replica": fault("is a replica, which is read-only", "name the primary server in STATE_URL"),
  "server-slow": fault("took too long to answer", "look for locks and load on the server, then run again"),
  "server-starting": fault("is starting up or shutting down", "run again in a moment"),
  "server-encryption": fault(
    "does not agree with this program on the encryption",
    "correct sslmode and sslrootcert in STATE_URL",
  ),
  "server-dropped": fault(
    "dropped the connection, so that it is unknown whether the last change was stored",
    "run again: the program reads the stored records first",
  ),
  "server-unreachable": fault(
    "cannot be reached",
    "check host and port in STATE_URL, that the server runs, and that its security group lets this network in",
  ),
  "server-other-tables": fault(
    OTHER_TABLES,
    "name a new schema with ?schema=NAME, or drop the tables replicator_*; then cvm-replicator apply, with " +
      "REPLICATOR_INSTALLATION as before, finds the copies again in the cloud",
  ),
  "server-failed": fault("failed", "check the server, then run again"),
};

/**
 * What is wrong with the store or a record: the `problem` of `state-unusable`, without its subject.
 */
export const storeFault = catalogue({ ...storeFaults, ...recordFaults });
