// Reads members of answers; what is absent or of another type counts as absent.
export type Fields = Readonly<Record<string, unknown>>;

export const textAt = (value: Fields, name: string): string => {
  const text = value[name];
  return typeof text === "string" ? text : "";
};

export const numberAt = (value: Fields, name: string): number | undefined => {
  const number = value[name];
  return typeof number === "number" ? number : undefined;
};

/** The objects of a list. */
export const listAt = (value: Fields, name: string): Fields[] => {
  const list = value[name];
  return Array.isArray(list) ? list.flatMap((item) => (isFields(item) ? [item] : [])) : [];
};

export const fieldsAt = (value: Fields, name: string): Fields => {
  const inner = value[name];
  return isFields(inner) ? inner : {};
};

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The object that a text holds as JSON; undefined if it holds none. */
export function fieldsIn(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
