// Reads policy documents of CAM: what a role may do, and who may take it.
import { ApiError } from "../../errors.ts";

/** Operator → key → values, as in `{"string_equal": {"qcs:resource_tag": ["env&prod"]}}`. */
export type Condition = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** One statement of a document. */
export interface Statement {
  readonly effect: "allow" | "deny";
  /** `*` or `service:Action`, with stars, without `name/`. */
  readonly actions: readonly string[];
  /** `*` or six segments; empty in the trust policy of a role. */
  readonly resources: readonly string[];
  readonly condition: Condition;
  /** Who may take a role: services, and accounts as `qcs::cam::uin/<uin>:root`. Empty in other policies. */
  readonly services: readonly string[];
  readonly accounts: readonly string[];
}

/** The longest policy (product documentation 598/10603, from memory). */
const MOST_CHARACTERS = 6144;
const ACTION = /^(name\/)?(\*|[a-z0-9]+:[A-Za-z0-9*]+)$/;
const RESOURCE = /^(\*|qcs:[^:]*:[^:]*:[^:]*:[^:]*:.+)$/;
const SERVICE = /^[a-z0-9-]+(\.[a-z0-9-]+)*\.(qcloud|tencent|tencentyun)\.com$/;
const PRINCIPAL = /^qcs::cam::uin\/\d+:(root|uin\/\d+)$/;

/**
 * Reads and checks the policy of a role or a user. Throws `ApiError` with a code of CreatePolicy:
 * InvalidParameter.PolicyDocumentError, .VersionError, .StatementError, .EffectError, .ActionMiss and so on.
 */
export function readPolicy(text: string): Statement[] {
  if (text.length > MOST_CHARACTERS) {
    throw invalid("PolicyDocumentLengthOverLimit", `a policy has at most ${MOST_CHARACTERS} characters`);
  }
  const statements = statementsIn(text, "PolicyDocumentError");
  return statements.map(({ statement, at }) => {
    if (statement["principal"] !== undefined) throw invalid("PrincipalError", `${at} has a principal`);
    const resources = textsIn(statement["resource"]);
    if (resources === undefined) throw invalid("ResourceError", `${at} needs a resource`);
    const wrong = resources.find((resource) => !RESOURCE.test(resource));
    if (wrong !== undefined) throw invalid("ResourceQcsError", `${at} has the resource ${wrong}`);
    return { ...commonOf(statement, at), resources, services: [], accounts: [] };
  });
}

/** Reads and checks the trust policy of a role. Throws `ApiError` with a code of CreateRole. */
export function readTrust(text: string): Statement[] {
  return statementsIn(text, "ParamError").map(({ statement, at }) => {
    const principal = objectOf(statement["principal"]);
    if (principal === undefined) throw invalid("PrincipalError", `${at} needs a principal`);
    const [services, accounts] = [textsIn(principal["service"]) ?? [], textsIn(principal["qcs"]) ?? []];
    if (services.length + accounts.length === 0) throw invalid("PrincipalError", `${at} names no service and no qcs`);
    const service = services.find((name) => !SERVICE.test(name));
    if (service !== undefined) throw invalid("PrincipalServiceNotExist", `${at} has the service ${service}`);
    const account = accounts.find((name) => !PRINCIPAL.test(name));
    if (account !== undefined) throw invalid("PrincipalQcsError", `${at} has the principal ${account}`);
    const common = commonOf(statement, at);
    if (!common.actions.includes("sts:AssumeRole"))
      throw invalid("ActionError", `${at} must allow name/sts:AssumeRole`);
    return { ...common, resources: [], services, accounts };
  });
}

type Fields = Readonly<Record<string, unknown>>;

function statementsIn(text: string, malformed: string): { statement: Fields; at: string }[] {
  let document: Fields | undefined;
  try {
    document = objectOf(JSON.parse(text));
  } catch {
    document = undefined;
  }
  if (document === undefined) throw invalid(malformed, "the document is not a JSON object");
  if (document["version"] !== "2.0") throw invalid("VersionError", 'the version must be "2.0"');
  const list = [document["statement"]].flat().map(objectOf);
  if (list.length === 0) throw invalid("StatementError", "the document has no statement");
  return list.map((statement, index) => {
    const at = `statement ${index + 1}`;
    if (statement === undefined) throw invalid("StatementError", `${at} is not an object`);
    const unknown = Object.keys(statement).find((key) => !MEMBERS.includes(key));
    if (unknown !== undefined) throw invalid("StatementError", `${at} has the unknown member ${unknown}`);
    return { statement, at };
  });
}

const MEMBERS = ["effect", "action", "resource", "condition", "principal"];

function commonOf(statement: Fields, at: string): Pick<Statement, "effect" | "actions" | "condition"> {
  const { effect } = statement;
  if (effect !== "allow" && effect !== "deny")
    throw invalid("EffectError", `the effect of ${at} must be allow or deny`);
  if (statement["action"] === undefined) throw invalid("ActionMiss", `${at} needs an action`);
  const actions = textsIn(statement["action"]);
  const wrong = actions?.find((action) => !ACTION.test(action));
  if (actions === undefined || wrong !== undefined) {
    throw invalid("ActionError", `${at} has the action ${wrong ?? "that is no text"}`);
  }
  const condition = conditionOf(statement["condition"], at);
  return { effect, actions: actions.map((action) => action.replace(/^name\//, "")), condition };
}

function conditionOf(given: unknown, at: string): Condition {
  if (given === undefined) return {};
  const operators = objectOf(given);
  if (operators === undefined) throw invalid("ConditionError", `the condition of ${at} is not an object`);
  const read = Object.entries(operators).map(([operator, keys]) => {
    const values = Object.entries(objectOf(keys) ?? {}).map(([key, value]) => [key, textsIn(value)] as const);
    if (values.length === 0 || values.some(([, texts]) => texts === undefined)) {
      throw invalid("ConditionContentError", `the condition ${operator} of ${at} needs keys with texts`);
    }
    return [operator, Object.fromEntries(values)];
  });
  return Object.fromEntries(read) as Condition;
}

/** A text or a list of texts, at least one; undefined for all else. */
function textsIn(value: unknown): string[] | undefined {
  const list = [value].flat();
  return list.length > 0 && list.every((item) => typeof item === "string") ? list : undefined;
}

function objectOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function invalid(code: string, why: string): ApiError {
  return new ApiError(`InvalidParameter.${code}`, `The policy document is not valid: ${why}.`);
}
