// Turns the vendor's `api.json` of one service into a file of `services/`.
import type { Members } from "./model.ts";

/** A member of an object in the vendor's `api.json` (repository tencentcloud-cli, `tccli/services`). */
interface Member {
  readonly name: string;
  /** `list`, `object` or a scalar. `member` is the type of the items, the object, or the exact scalar. */
  readonly type: string;
  readonly member: string;
  readonly disabled?: boolean;
  readonly required?: boolean;
  readonly output_required?: boolean;
  readonly value_allowed_null?: boolean;
}

/** The vendor's `api.json` of one service. */
export interface ApiModel {
  readonly actions: Readonly<Record<string, { readonly input: string; readonly output: string }>>;
  readonly metadata: { readonly apiVersion: string };
  readonly objects: Readonly<Record<string, ApiObject>>;
}

interface ApiObject {
  readonly members: readonly Member[];
  readonly usage?: "in" | "out" | "both";
}

type Direction = "input" | "output";

const LINE = 120;
const SCALARS: Readonly<Record<string, string>> = {
  string: "string",
  bool: "bool",
  int: "int",
  int64: "int",
  uint64: "int",
  float: "float",
};

/** The members of an object in the notation of `MODEL`. RequestId is left out: every answer has it. */
function membersOf(api: ApiModel, object: string, direction: Direction): Members {
  const { members = [], usage } = api.objects[object] ?? {};
  const shown = members.filter(({ name, disabled }) => !disabled && (direction === "input" || name !== "RequestId"));
  return Object.fromEntries(
    shown.map((member) => {
      // An object of answers alone may have the mark of requests instead.
      const isAlways = member.output_required ?? (usage === "out" && member.required);
      const isGiven = direction === "input" ? member.required : isAlways;
      const isNullable = direction === "output" && member.value_allowed_null;
      return [member.name, `${typeOf(member)}${isNullable ? "|null" : ""}${isGiven ? "" : "?"}`];
    }),
  );
}

function typeOf({ name, type, member }: Member): string {
  const kind = type === "object" || type === "list" ? (SCALARS[member] ?? member) : SCALARS[type];
  if (kind === undefined) throw new Error(`${name} has the unknown type ${type}`);
  return `${kind}${type === "list" ? "[]" : ""}`;
}

/** All objects that the given ones name, directly or not. */
function reachable(api: ApiModel, direction: Direction, roots: readonly string[]): Record<string, Members> {
  const found = new Map<string, Members>();
  const visit = (members: Members) => {
    for (const text of Object.values(members)) {
      const kind = text.replace(/[^A-Za-z0-9_].*$/, "");
      if (found.has(kind) || api.objects[kind] === undefined) continue;
      found.set(kind, membersOf(api, kind, direction));
      visit(found.get(kind) ?? {});
    }
  };
  for (const root of roots) visit(membersOf(api, root, direction));
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `Name: { A: "string", B: "int?" },` in lines of at most 120 characters. */
function block(indent: string, name: string, members: Members): string {
  const items = Object.entries(members).map(([key, text]) => `${key}: ${JSON.stringify(text)}`);
  const line = `${indent}${name}: {${items.length > 0 ? ` ${items.join(", ")} ` : ""}},\n`;
  if (line.length <= LINE) return line;
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    const joined = `${last} ${item},`;
    if (last !== undefined && joined.length <= LINE) lines[lines.length - 1] = joined;
    else lines.push(`${indent}  ${item},`);
  }
  return `${indent}${name}: {\n${lines.join("\n")}\n${indent}},\n`;
}

/** The text of `services/<service>.ts` with these actions and all objects that they reach. */
export function serviceFile(service: string, api: ApiModel, names: readonly string[], source: string): string {
  const actions = names.map((name) => {
    const action = api.actions[name];
    if (action === undefined) throw new Error(`${service} has no action ${name}`);
    return { name, ...action };
  });
  const objects = (direction: Direction) => {
    const roots = actions.map((action) => action[direction]);
    const blocks = Object.entries(reachable(api, direction, roots)).map(([name, members]) =>
      block("    ", name, members),
    );
    return blocks.length > 0 ? `  ${direction}s: {\n${blocks.join("")}  },\n` : `  ${direction}s: {},\n`;
  };
  const { apiVersion } = api.metadata;
  return [
    `// The API of ${service} ${apiVersion} after the vendor's model (${source}), made by ../generate.ts.\n`,
    `export const ${service} = {\n  version: "${apiVersion}",\n  actions: {\n`,
    ...actions.map(
      ({ name, input, output }) =>
        `    ${name}: {\n${block("      ", "input", membersOf(api, input, "input"))}` +
        `${block("      ", "output", membersOf(api, output, "output"))}    },\n`,
    ),
    `  },\n${objects("input")}${objects("output")}} as const;\n`,
  ].join("");
}
