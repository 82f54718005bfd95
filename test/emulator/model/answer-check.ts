// Compares the answers of the emulator with the vendor's model.
import { type Members, modelOf, parseMember, type Service } from "../../../emulator/model/model.ts";

type Objects = Readonly<Record<string, Members>>;

/**
 * Where an answer differs from the model, as `<path>: <what>`: a member that is always there is
 * missing, a member is unknown, has another type, or is null although the model says never.
 */
export function deviations(service: Service, action: string, answer: unknown): string[] {
  const { actions, outputs } = modelOf(service);
  return inObject(outputs, { ...actions[action]?.output, RequestId: "string" }, answer, "");
}

function inObject(objects: Objects, members: Members, value: unknown, path: string): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [`${path}: not an object`];
  const prefix = path === "" ? "" : `${path}.`;
  const values = new Map(Object.entries(value));
  const unknown = [...values.keys()].filter((name) => !Object.hasOwn(members, name));
  return [
    ...unknown.map((name) => `${prefix}${name}: unknown`),
    ...Object.entries(members).flatMap(([name, text]) => {
      if (values.has(name)) return inMember(objects, text, values.get(name), prefix + name);
      return parseMember(text).isOptional ? [] : [`${prefix}${name}: missing`];
    }),
  ];
}

function inMember(objects: Objects, text: string, value: unknown, path: string): string[] {
  const { kind, isList, isNullable } = parseMember(text);
  if (value === null) return isNullable ? [] : [`${path}: null`];
  if (!isList) return inValue(objects, kind, value, path);
  if (!Array.isArray(value)) return [`${path}: not a list`];
  return value.flatMap((item, index) => inValue(objects, kind, item, `${path}.${index}`));
}

const SCALARS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  int: (value) => Number.isSafeInteger(value),
  float: (value) => Number.isFinite(value),
  bool: (value) => typeof value === "boolean",
};

function inValue(objects: Objects, kind: string, value: unknown, path: string): string[] {
  const isOfKind = SCALARS[kind];
  if (isOfKind) return isOfKind(value) ? [] : [`${path}: not of type ${kind}`];
  return inObject(objects, objects[kind] ?? {}, value, path);
}
