// Objects of answers in which nothing is set.
import { modelOf, type Output, type OutputName, parseMember, type Service } from "./model.ts";

const EMPTY: Readonly<Record<string, unknown>> = { string: "", int: 0, float: 0, bool: false };

/**
 * An object with the members that answers always have: null if the model allows it, else the empty
 * text, 0, false, the empty list, or an object of such members.
 */
export function blank<S extends Service, N extends OutputName<S>>(service: S, name: N): Output<S, N> {
  // The members come from the model that the type comes from.
  return blankObject(service, name) as Output<S, N>;
}

function blankObject(service: Service, name: string): Record<string, unknown> {
  const members = Object.entries(modelOf(service).outputs[name] ?? {});
  const always = members.map(([key, text]) => ({ key, ...parseMember(text) })).filter(({ isOptional }) => !isOptional);
  return Object.fromEntries(
    always.map(({ key, kind, isList, isNullable }) => {
      if (isNullable) return [key, null];
      return [key, isList ? [] : (EMPTY[kind] ?? blankObject(service, kind))];
    }),
  );
}
