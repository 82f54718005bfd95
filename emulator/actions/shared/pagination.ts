// Selects and pages list results by ids, filters, Offset and Limit.
import { ApiError, errors } from "../../errors.ts";
import type { ImageUser } from "../../world/types.ts";

/**
 * One page of a list: Offset (default 0), Limit (default 20, at most 100). Throws `ApiError` if
 * invalid.
 */
export function pageOf<T>(items: readonly T[], offset = 0, limit = 20): T[] {
  if (offset < 0) throw errors.invalidValue("Offset", "it must be 0 or more");
  if (limit < 1 || limit > 100) {
    throw new ApiError("InvalidParameterValue.LimitExceeded", "The `Limit` must be from 1 to 100.");
  }
  return items.slice(offset, offset + limit);
}

/** Whether an item matches one value of a filter. */
export type FilterTest = (user: ImageUser, value: string) => boolean;

/** A documented filter for a property that the emulator does not model. It matches nothing. */
export const MATCHES_NOTHING: FilterTest = () => false;

/** The filters, id format and error codes of a list action. The codes differ between products. */
export interface Listing {
  readonly filters: Readonly<Record<string, FilterTest>>;
  readonly idForm: RegExp;
  readonly codes: {
    /** Ids and filters in the same call. */
    readonly both: string;
    readonly malformedId: string;
    readonly tooManyIds: string;
    readonly unknownFilter: string;
    readonly tooManyValues: string;
  };
}

interface Selection {
  readonly ids?: readonly string[] | undefined;
  readonly filters?: readonly { Name: string; Values: string[] }[] | undefined;
}

/**
 * Selects items by ids or by filters, not both: at most 100 ids, or 10 filters with 5 values each.
 * An item must match every filter, and at least one value of each filter. Throws `ApiError`.
 */
export function selectItems(
  items: readonly ImageUser[],
  { ids = [], filters = [] }: Selection,
  { filters: supported, idForm, codes }: Listing,
): ImageUser[] {
  if (ids.length > 0 && filters.length > 0)
    throw new ApiError(codes.both, "Ids and `Filters` cannot be used together.");
  if (ids.length > 100) throw new ApiError(codes.tooManyIds, "At most 100 ids can be given.");
  const malformed = ids.find((id) => !idForm.test(id));
  if (malformed !== undefined) throw new ApiError(codes.malformedId, `The id \`${malformed}\` is malformed.`);
  if (filters.length > 10) throw new ApiError(codes.tooManyValues, "At most 10 `Filters` can be given.");
  const tests = filters.map(({ Name: name, Values: values }) => {
    const test = name.startsWith("tag:")
      ? MATCHES_NOTHING
      : Object.hasOwn(supported, name)
        ? supported[name]
        : undefined;
    if (test === undefined) throw new ApiError(codes.unknownFilter, `The filter \`${name}\` does not exist.`);
    if (values.length > 5) throw new ApiError(codes.tooManyValues, `The filter \`${name}\` takes at most 5 values.`);
    return (user: ImageUser) => values.some((value) => test(user, value));
  });
  return items.filter((user) => (ids.length === 0 || ids.includes(user.id)) && tests.every((test) => test(user)));
}
