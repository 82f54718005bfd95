// Reads a secret of Secrets Manager (SSM), such as the password of the state's database.
import { absent, textOf } from "./transport/answer.ts";
import type { Call } from "./transport/call.ts";
import { repeating } from "./transport/retry.ts";
import { type TransportOptions, transport } from "./transport/transport.ts";

/** Which secret to read. */
export interface SecretAt {
  readonly name: string;
  readonly version: string;
  readonly region: string;
}

const TIMEOUT = 10_000;

/**
 * The text of a secret (ssm 2019-09-23, GetSecretValue). Of a secret that is JSON with a member `Password`, as the
 * secrets of databases are that SSM itself rotates, that member. Throws `CloudError`, whose text holds no part of it.
 */
export async function readSecret({ name, version, region }: SecretAt, options: TransportOptions): Promise<string> {
  const send = transport(options);
  const params = { SecretName: name, VersionId: version };
  const call: Call = { service: "ssm", action: "GetSecretValue", region, params, timeoutMs: TIMEOUT };
  const read = () =>
    send(call, (answer) => {
      const text = textOf(answer["SecretString"], "SecretString");
      if (!text) throw absent("SecretString");
      return passwordIn(text);
    });
  return await repeating(read, options.signal);
}

function passwordIn(text: string): string {
  if (!text.startsWith("{")) return text;
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    return text;
  }
  const { Password: password } = fields as { Password?: unknown };
  if (password === undefined) return text;
  if (typeof password === "string" && password !== "") return password;
  throw absent("SecretString.Password");
}
