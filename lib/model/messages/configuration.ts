// Problems of the environment and of the files that it names.
import { catalogue, error } from "./define.ts";

const BUCKET_EXAMPLE = "STATE_URL=cos://images-1250000000/state";
const SERVER_EXAMPLE = "STATE_URL=postgres://user:password@10.0.0.5:5432/replicator";
const SHARED = `use a bucket of COS, e.g. ${BUCKET_EXAMPLE}, or a server, e.g. ${SERVER_EXAMPLE}`;
const SECRET_FORM =
  "use the name of a secret of Secrets Manager and its version, e.g. STATE_PASSWORD_SECRET=replicator-db:v1; " +
  "without a version SSM_Current is read";
const ENDPOINT_ALLOWED =
  "use http:// or https://, a host, optionally a port, and nothing else, e.g. REPLICATOR_ENDPOINT=http://127.0.0.1:9900";

interface NotRead {
  readonly file: string;
  /** What names the file; none for a file of a package. */
  readonly option: string | undefined;
}

const notRead = (file: string, cause: string, option: string | undefined) => ({
  text: `cannot read ${file}: ${cause}`,
  remedy:
    option === undefined ? "run `npm run package` and deploy the zips that it makes" : `name the file with ${option}`,
});

const configurationProblems = {
  "not-one-of": error((p: { variable: string; value: string; allowed: readonly string[]; example: string }) => ({
    text: `"${p.value}" is not allowed`,
    remedy: `use one of ${p.allowed.join(", ")}, e.g. ${p.variable}=${p.example}`,
  })),
  "not-a-duration": error((p: { variable: string; value: string; example: string }) => ({
    text: `"${p.value}" is not a duration`,
    remedy: `use a whole number above 0 with one of the units ms, s, m, h, d, at most 365d, e.g. ${p.variable}=${p.example}`,
  })),
  "endpoint-not-allowed": error((p: { value: string }) => ({
    text: `"${p.value}" is not allowed`,
    remedy: ENDPOINT_ALLOWED,
  })),
  "endpoint-with-user": error(() => ({
    text: "a user or password in the URL is not allowed",
    remedy: ENDPOINT_ALLOWED,
  })),
  "state-url-missing": error(() => ({
    text: "must be set in a cloud function",
    remedy: SHARED,
  })),
  "state-url-without-scheme": error(() => ({
    text: "a value without a scheme is not allowed",
    remedy: `use sqlite:PATH, cos://… or postgres://…, e.g. ${SERVER_EXAMPLE}`,
  })),
  "state-url-scheme": error((p: { scheme: string }) => ({
    text: `a URL that begins with "${p.scheme}" is not allowed`,
    remedy: `use sqlite:PATH, cos://… or postgres://…, e.g. ${SERVER_EXAMPLE}`,
  })),
  "state-file-on-scf": error((p: { scheme: string }) => ({
    text: `a file (${p.scheme}) is not allowed in a cloud function, because its instances share no disk`,
    remedy: SHARED,
  })),
  "secret-malformed": error(() => ({
    text: "the value is not allowed",
    remedy: SECRET_FORM,
  })),
  "secret-without-server": error(() => ({
    text: "there is no password to read, because STATE_URL is not postgres://…",
    remedy: "unset it, or set STATE_URL=postgres://user@10.0.0.5:5432/replicator",
  })),
  "secret-and-password": error(() => ({
    text: "STATE_URL has a password as well",
    remedy: "leave the password out of STATE_URL, e.g. STATE_URL=postgres://user@10.0.0.5:5432/replicator",
  })),
  "secret-without-region": error(() => ({
    text: "the region of the secret is not known",
    remedy: "set TENCENTCLOUD_REGION to it, e.g. TENCENTCLOUD_REGION=ap-guangzhou",
  })),
  "not-an-installation": error((p: { value: string }) => ({
    text: `"${p.value}" is not allowed`,
    remedy: "use 2 to 12 lower-case letters and digits, e.g. REPLICATOR_INSTALLATION=prod",
  })),
  "not-a-log-topic": error((p: { value: string }) => ({
    text: `"${p.value}" is not the id of a log topic`,
    remedy: "use the id that the console of CLS shows, e.g. CLS_TOPIC_ID=0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
  })),
  "not-a-region": error((p: { value: string }) => ({
    text: `"${p.value}" is not a region`,
    remedy: "use the region of the log topic, e.g. CLS_REGION=ap-guangzhou",
  })),
  "log-region-missing": error(() => ({
    text: "must be set outside of a cloud function, because CLS_TOPIC_ID is set",
    remedy: "use the region of the log topic, e.g. CLS_REGION=ap-guangzhou, or unset CLS_TOPIC_ID",
  })),
  "variable-not-supported": error(() => ({ text: "not supported yet", remedy: "unset it" })),
  "no-such-file": error((p: NotRead) => notRead(p.file, "there is no such file", p.option)),
  "file-is-a-folder": error((p: NotRead) => notRead(p.file, "it is a folder", p.option)),
  "file-unreadable": error((p: NotRead & { cause: string }) => notRead(p.file, p.cause, p.option)),
} as const;

/**
 * Writes a problem of the configuration. No definition may take a value that can hold a password.
 */
export const configurationProblem = catalogue(configurationProblems);
