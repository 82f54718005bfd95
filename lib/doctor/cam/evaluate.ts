// Whether policies of CAM allow an action, as far as their documents alone can tell.
import { type Fields, fieldsIn } from "../fields.ts";

/** `limited`: for some resources or under a condition, which nobody can judge without the call. */
export type Permission = "allowed" | "refused" | "limited";

/**
 * Whether policies allow an action (`cvm:SyncImages`) on a resource: six segments, or `*` for one that may be any.
 * Written from the vendor's description of the syntax (598/10603): a deny beats every allow; stars stand for any text.
 */
export function permissionIn(documents: readonly string[], action: string, resource: string): Permission {
  const statements = documents
    .flatMap(statementsIn)
    .filter(({ actions }) => actions.some((one) => covers(one, action)));
  const reach = (effect: "allow" | "deny") => {
    const about = statements.filter((one) => one.effect === effect).map((one) => reachOf(one, resource));
    return about.includes("whole") ? "whole" : about.includes("part") ? "part" : "none";
  };
  const [allow, deny] = [reach("allow"), reach("deny")];
  if (allow === "none" || deny === "whole") return "refused";
  return allow === "whole" && deny === "none" ? "allowed" : "limited";
}

/** Whether a trust policy lets a service, such as `scf.qcloud.com`, take the role. */
export function trusts(document: string, service: string): boolean {
  return statementsIn(document).some(
    ({ effect, actions, services }) =>
      effect === "allow" && services.includes(service) && actions.some((one) => covers(one, "sts:AssumeRole")),
  );
}

interface Statement {
  readonly effect: unknown;
  /** Without `name/`. */
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly isConditional: boolean;
  readonly services: readonly string[];
}

function statementsIn(document: string): Statement[] {
  const statements = fieldsIn(decoded(document))?.["statement"];
  const list = Array.isArray(statements) ? (statements as Fields[]) : statements ? [statements as Fields] : [];
  return list.map((statement) => {
    const principal = statement["principal"] as Fields | undefined;
    return {
      effect: statement["effect"],
      actions: textsIn(statement["action"]).map((action) => action.replace(/^name\//, "")),
      resources: textsIn(statement["resource"]),
      isConditional: statement["condition"] !== undefined,
      services: textsIn(principal?.["service"]),
    };
  });
}

/** CAM may answer a document percent-encoded, which is not verified. */
function decoded(document: string): string {
  try {
    return document.startsWith("%") ? decodeURIComponent(document) : document;
  } catch {
    return document;
  }
}

function reachOf({ resources, isConditional }: Statement, resource: string): "whole" | "part" | "none" {
  const isMet = resources.some((one) => one === "*" || (resource !== "*" && coversResource(one, resource)));
  if (isMet) return isConditional ? "part" : "whole";
  return resource === "*" && resources.length > 0 ? "part" : "none";
}

/** Compares the six segments; an empty region or account of a policy stands for all. */
function coversResource(pattern: string, resource: string): boolean {
  const [wanted, given] = [pattern.split(":"), resource.split(":")];
  const rest = (parts: readonly string[]) => parts.slice(5).join(":");
  return (
    [2, 3, 4].every((n) => (wanted[n] ?? "") === "" || covers(wanted[n] ?? "", given[n] ?? "")) &&
    covers(rest(wanted), rest(given))
  );
}

function covers(pattern: string, text: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(text);
}

const textsIn = (value: unknown): string[] => [value].flat().filter((one): one is string => typeof one === "string");
