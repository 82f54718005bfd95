// What a failed reading means: not permitted, not enabled, in arrears, or no answer.
import { CloudError, ReplicatorError } from "../model/errors.ts";
import { withRequestId } from "../model/messages/define.ts";
import { finding } from "../model/messages/doctor.ts";
import { type Check, check, notChecked } from "./check.ts";
import { Overdue, READING_LIMIT } from "./outcome.ts";

/** Whether an error says that the caller may not do the action; an image of another account is no matter of that. */
export function isRefusal(error: unknown): error is CloudError {
  if (!(error instanceof CloudError) || error.code.endsWith(".ImageNotBelongToAccount")) return false;
  return /^(AuthFailure\.)?UnauthorizedOperation(\.|$)/.test(error.code);
}

/** Whether no verdict of the cloud arrived at all. */
export function isSilence(error: unknown): boolean {
  if (error instanceof Overdue) return true;
  return !(error instanceof CloudError) || SILENT.test(error.code);
}

const SILENT =
  /^(Network|Timeout|HttpStatus|BadAnswer|Aborted|NotSent|NoCredentials|AccountChanged|InternalError|InternalServerError|ServiceUnavailable|RequestLimitExceeded|AuthFailure)(\.|$)/;

// cls 2020-10-16 (DescribeTopics) and scf 2018-04-16 (CreateFunction) list these codes. Which of them a call of an
// account answers that never opened the service is not known.
const NOT_ENABLED =
  /^(OperationDenied\.AccountNotExists|FailedOperation\.(UnOpenedService|OpenService|ClsServiceUnregistered))$/;
const IN_ARREARS =
  /^(OperationDenied\.Account(Isolate|Destroy)|FailedOperation\.(InsufficientBalance|AccountInsufficient|TopicIsolated))$/;

/** The service of an action, for people. */
const SERVICES = { scf: "SCF", eb: "EventBridge", cls: "CLS", cam: "CAM", cvm: "CVM", tag: "Tag" } as const;

/** The check of something that could not be read. */
export function failed(subject: string, error: unknown, service: keyof typeof SERVICES | "state"): Check {
  if (error instanceof Overdue) return check(subject, finding("overdue", { seconds: READING_LIMIT / 1000 }));
  if (isRefusal(error)) {
    const action = `${service}:${error.action}`;
    return notChecked(
      subject,
      finding("may-not-read", { action, detail: withRequestId(error.message, error.requestId) }),
    );
  }
  if (error instanceof CloudError) {
    const name = service === "state" ? service : SERVICES[service];
    if (NOT_ENABLED.test(error.code))
      return check(subject, finding("not-enabled", { service: name, code: error.code }));
    if (IN_ARREARS.test(error.code)) return check(subject, finding("in-arrears", { service: name, code: error.code }));
  }
  if (error instanceof CloudError && (error.code === "Network" || error.code === "Timeout")) {
    return check(subject, finding("unreachable", { text: error.message }));
  }
  return check(subject, finding("not-readable", textOf(error)));
}

/** The text of an error that is meant for people, and the remedy if it has one. */
export function textOf(error: unknown): { readonly text: string; readonly remedy?: string } {
  if (!(error instanceof ReplicatorError)) return { text: finding("unexpected").text };
  const { remedy, requestId } = error instanceof CloudError ? error : {};
  return { text: withRequestId(error.message, requestId), ...(remedy !== undefined && { remedy }) };
}
