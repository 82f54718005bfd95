import { ApiError, errors } from "../../errors.ts";
import type { ImageUser } from "../../world/types.ts";

/** One page of a list, by Offset (0) and Limit (20, at most 100). Throws `ApiError` where these are wrong. */
export function pageOf<T>(items: readonly T[], offset = 0, limit = 20): T[] {
  if (offset < 0) throw errors.invalidValue("Offset", "it must be 0 or more");
  if (limit < 1 || limit > 100) {
    throw new ApiError("InvalidParameterValue.LimitExceeded", "The `Limit` must be from 1 to 100.");
  }
  return items.slice(offset, offset + limit);
}

/** Whether one value of a filter matches. */
export type FilterTest = (user: ImageUser, value: string) => boolean;

/** A filter that is documented, for something that the emulator does not play: nothing has it. */
export const NOTHING: FilterTest = () => false;

/** How an action lists. The two products have different codes for the same mistakes. */
export interface Listing {
  readonly filters: Readonly<Record<string, FilterTest>>;
  readonly idForm: RegExp;
  readonly codes: {
    /** Ids and filters in one call. */
    readonly both: string;
    readonly malformedId: string;
    readonly tooManyIds: string;
    readonly unknownFilter: string;
    readonly tooManyValues: string;
  };
}

interface Choice {
  readonly ids?: readonly string[] | undefined;
  readonly filters?: readonly { Name: string; Values: string[] }[] | undefined;
}

/**
 * Those that ids or filters choose: not both, at most 100 ids, at most 10 filters of at most 5 values. All filters must
 * match, and of a filter any value.
 */
export function chosen(
  items: readonly ImageUser[],
  { ids = [], filters = [] }: Choice,
  { filters: known, idForm, codes }: Listing,
): ImageUser[] {
  if (ids.length > 0 && filters.length > 0)
    throw new ApiError(codes.both, "Ids and `Filters` cannot be used together.");
  if (ids.length > 100) throw new ApiError(codes.tooManyIds, "At most 100 ids can be given.");
  const malformed = ids.find((id) => !idForm.test(id));
  if (malformed !== undefined) throw new ApiError(codes.malformedId, `The id \`${malformed}\` is malformed.`);
  if (filters.length > 10) throw new ApiError(codes.tooManyValues, "At most 10 `Filters` can be given.");
  const tests = filters.map(({ Name: name, Values: values }) => {
    const test = name.startsWith("tag:") ? NOTHING : Object.hasOwn(known, name) ? known[name] : undefined;
    if (test === undefined) throw new ApiError(codes.unknownFilter, `The filter \`${name}\` does not exist.`);
    if (values.length > 5) throw new ApiError(codes.tooManyValues, `The filter \`${name}\` takes at most 5 values.`);
    return (user: ImageUser) => values.some((value) => test(user, value));
  });
  return items.filter((user) => (ids.length === 0 || ids.includes(user.id)) && tests.every((test) => test(user)));
}
