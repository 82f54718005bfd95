// Looks up text of a request in a table.

/**
 * The value of a key. Undefined for a name that every object has, such as `constructor`, which a
 * plain `table[key]` would find.
 */
export function ownValue<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
