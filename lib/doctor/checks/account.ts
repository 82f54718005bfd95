// Checks of the configuration, the policy file, the credentials, the account and the clock.
import type { InputError } from "../../model/errors.ts";
import { finding } from "../../model/messages/doctor.ts";
import type { Policy } from "../../model/policy.ts";
import { SIGNATURE_LIFE } from "../../model/time.ts";
import type { Millis } from "../../model/types.ts";
import { type Check, check, notChecked } from "../check.ts";
import { failed, textOf } from "../failures.ts";
import type { Caller, Inspection } from "../inspection.ts";
import type { Outcome } from "../outcome.ts";

/** The policy file, read. `absent`: none was named, and there is none in the place that is looked at by default. */
export interface PolicyFile {
  readonly file: string;
  readonly result: { readonly policies: readonly Policy[]; readonly warnings: number } | InputError | "absent";
}

/** A clock that is off by more is worth a warning: signatures are refused from `SIGNATURE_LIFE`. */
const SKEW: Millis = 30_000;

/** Checks what needs no call. */
export function settingsChecks({ file, result }: PolicyFile): Check[] {
  const settings = check("configuration", finding("configuration-valid"));
  if (result === "absent") return [settings, notChecked("policy", finding("policy-absent", { file }))];
  if ("problems" in result) {
    const wrong = result.problems.map(({ where, field, text }) => {
      return check("policy", finding("policy-wrong", { text: `${where}: ${field ? `${field}: ` : ""}${text}` }));
    });
    return [settings, ...wrong];
  }
  const { policies, warnings } = result;
  const enabled = policies.filter((policy) => policy.enabled).length;
  return [settings, check("policy", finding("policy-valid", { file, policies: policies.length, enabled, warnings }))];
}

/** Checks the clock, also where the credentials are not accepted: that may be why. */
export function clockCheck(clock: Outcome<Awaited<ReturnType<Inspection["clockOffset"]>>>): Check {
  if (!clock.ok) return notChecked("clock", finding("clock-unknown", { cause: textOf(clock.error).text }));
  const { ahead, precision } = clock.value;
  // What a slow answer may hide is no reason to warn.
  const off = Math.max(0, Math.abs(ahead) - precision);
  const params = { ahead, precision };
  if (off >= SIGNATURE_LIFE) return check("clock", finding("clock-wrong", params));
  return check("clock", finding(off >= SKEW ? "clock-off" : "clock-right", params));
}

type Source = Awaited<ReturnType<Inspection["credentialSource"]>>;

/** Checks the credentials: where they come from, and whether the cloud accepts them. */
export function credentialsChecks(source: Outcome<Source>, caller: Outcome<Caller>): Check[] {
  if (!source.ok) {
    return [check("credentials", finding("credentials-absent", { text: textOf(source.error).text }))];
  }
  const { from, isExposed } = source.value;
  if (!caller.ok) {
    const { code } = caller.error as { code?: string };
    if (code?.startsWith("AuthFailure")) {
      return [check("credentials", finding("credentials-refused", { from, ...textOf(caller.error) }))];
    }
    return [failed("credentials", caller.error, "cam")];
  }
  const { account, kind } = caller.value;
  const accepted = check("credentials", finding("credentials-accepted", { from, account, kind }));
  return isExposed ? [accepted, check("credentials", finding("credentials-exposed", { from }))] : [accepted];
}
