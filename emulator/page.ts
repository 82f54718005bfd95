import { ApiError, errors } from "./errors.ts";

/** One page of a list, by Offset (0) and Limit (20, at most 100). Throws `ApiError` where these are wrong. */
export function pageOf<T>(items: readonly T[], offset = 0, limit = 20): T[] {
  if (offset < 0) throw errors.invalidValue("Offset", "it must be 0 or more");
  if (limit < 1 || limit > 100) {
    throw new ApiError("InvalidParameterValue.LimitExceeded", "The `Limit` must be from 1 to 100.");
  }
  return items.slice(offset, offset + limit);
}

/** Ids or filters, not both; at most 100 ids. Of filters the emulator has none but by name. */
export function chosen<T extends { readonly id: string; readonly name: string }>(
  items: readonly T[],
  ids: readonly string[],
  filters: readonly { Name: string; Values: string[] }[],
  nameFilter: string,
): T[] {
  if (ids.length > 0 && filters.length > 0)
    throw new ApiError("InvalidParameterCombination", "Ids and `Filters` cannot be used together.");
  if (ids.length > 100) throw errors.tooManyValues("Ids", 100);
  for (const { Name } of filters)
    if (Name !== nameFilter) throw new ApiError("InvalidFilter", `The filter \`${Name}\` does not exist.`);
  return items.filter(
    ({ id, name }) =>
      (ids.length === 0 || ids.includes(id)) && filters.every(({ Values }) => Values.some((value) => value === name)),
  );
}
