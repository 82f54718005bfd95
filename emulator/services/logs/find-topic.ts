// Finds logsets and log topics of an account, and lists them by filters.
import { ApiError } from "../../errors.ts";
import type { Account } from "../../settings/accounts.ts";
import type { Logset, LogTopic } from "../../world/services/log-topic.ts";
import type { World } from "../../world/types.ts";

/** Where a call of an account looks. */
export interface LogPlace {
  readonly world: World;
  readonly account: Account;
  readonly region: string;
}

/** The error for a parameter with a value that is not allowed. `what` says what it must be. */
export function mustBe(name: string, what: string): ApiError {
  return new ApiError("InvalidParameter", `The parameter \`${name}\` must be ${what}.`);
}

/** The items of an account in a region, in order of creation. */
export function ownedAt<T extends { readonly owner: string; readonly region: string }>(
  { account, region }: LogPlace,
  items: ReadonlyMap<string, T>,
): T[] {
  return [...items.values()].filter((item) => item.owner === account.uin && item.region === region);
}

/** Finds a logset. Throws `ApiError` ResourceNotFound.LogsetNotExist. */
export function requireLogset(place: LogPlace, id: string): Logset {
  const logset = ownedAt(place, place.world.logsets).find((candidate) => candidate.id === id);
  if (logset === undefined) {
    throw new ApiError("ResourceNotFound.LogsetNotExist", `The logset \`${id}\` does not exist.`);
  }
  return logset;
}

/** Finds a topic. Throws `ApiError` ResourceNotFound.TopicNotExist. */
export function requireTopic(place: LogPlace, id: string): LogTopic {
  const topic = ownedAt(place, place.world.logTopics).find((candidate) => candidate.id === id);
  if (topic === undefined) {
    throw new ApiError("ResourceNotFound.TopicNotExist", `The topic \`${id}\` does not exist.`);
  }
  return topic;
}

/** Whether an item matches one value of a filter. */
export type LogFilter<T> = (item: T, value: string) => boolean;

/** What both lists have: filters by tags. */
interface Tagged {
  readonly tags: Readonly<Record<string, string>>;
}

interface ListParams {
  readonly Filters?: readonly { readonly Key: string; readonly Values: readonly string[] }[];
  readonly Offset?: number;
  readonly Limit?: number;
}

/**
 * One page of the items that match all filters: at most 10 filters, Limit 1 to 100, default 20 (cls
 * 2020-10-16). Throws `ApiError` InvalidParameter.
 */
export function listByFilters<T extends Tagged>(
  items: readonly T[],
  { Filters: filters = [], Offset: offset = 0, Limit: limit = 20 }: ListParams,
  supported: Readonly<Record<string, LogFilter<T>>>,
): { page: T[]; total: number } {
  if (filters.length > 10) throw mustBe("Filters", "a list of at most 10");
  if (offset < 0) throw mustBe("Offset", "0 or more");
  if (limit < 1 || limit > 100) throw mustBe("Limit", "from 1 to 100");
  const tests = filters.map(({ Key: key, Values: values }) => {
    const test = filterOf(key, supported);
    return (item: T) => values.some((value) => test(item, value));
  });
  const found = items.filter((item) => tests.every((test) => test(item)));
  return { page: found.slice(offset, offset + limit), total: found.length };
}

function filterOf<T extends Tagged>(key: string, supported: Readonly<Record<string, LogFilter<T>>>): LogFilter<T> {
  if (key === "tagKey") return ({ tags }, value) => Object.hasOwn(tags, value);
  const tag = key.startsWith("tag:") ? key.slice(4) : undefined;
  if (tag !== undefined) return ({ tags }, value) => Object.hasOwn(tags, tag) && tags[tag] === value;
  const test = Object.hasOwn(supported, key) ? supported[key] : undefined;
  if (test) return test;
  const allowed = [...Object.keys(supported), "tagKey", "tag:<key>"].join(", ");
  throw new ApiError("InvalidParameter", `The filter \`${key}\` does not exist; allowed: ${allowed}.`);
}
