// What CreateLogset and CreateTopic check and make alike.
import { ApiError } from "../../errors.ts";
import { type LogPlace, ownedAt } from "./find-topic.ts";

/** Throws `ApiError` InvalidParameter unless a name has 1 to 255 characters and no `|`. */
export function checkLogName(kind: "LogsetName" | "TopicName", name: string): void {
  if (name !== "" && [...name].length <= 255 && !name.includes("|")) return;
  throw new ApiError("InvalidParameter", `The \`${kind}\` must have 1 to 255 characters and no \`|\`.`);
}

/**
 * The id of a new logset or topic: a UUID, or the caller's own, which is `<name>-<appid>`. Throws
 * `ApiError` InvalidParameter, or `conflict` if the id exists.
 */
export function newLogId(place: LogPlace, own: string | undefined, conflict: string): string {
  const { world, account } = place;
  if (own === undefined) return world.random.uuid();
  if (!/^[a-z0-9][a-z0-9-]{2,}$/.test(own) || !own.endsWith(`-${account.appId}`)) {
    throw new ApiError(
      "InvalidParameter",
      `The id \`${own}\` must end with the app id, as in \`my-logs-${account.appId}\`.`,
    );
  }
  if (world.logsets.has(own) || world.logTopics.has(own)) throw new ApiError(conflict, `The id \`${own}\` exists.`);
  return own;
}

/** Tags of a request by key. */
export function tagsByKey(tags: readonly { readonly Key: string; readonly Value: string }[] = []) {
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}

/** The topics of a logset. */
export function topicsOf(place: LogPlace, logsetId: string) {
  return ownedAt(place, place.world.logTopics).filter((topic) => topic.logsetId === logsetId);
}
