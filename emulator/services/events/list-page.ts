// One page of a list of EventBridge.
import { ApiError } from "../../errors.ts";
import { invalid } from "./check-values.ts";

/** What the lists of EventBridge are ordered by. */
export interface Dated {
  readonly createdAt: number;
  readonly modifiedAt: number;
}

interface PageParams {
  readonly Offset?: number;
  readonly Limit?: number;
  readonly OrderBy?: string;
  readonly Order?: string;
}

const FIELDS: Readonly<Record<string, keyof Dated>> = { AddTime: "createdAt", ModTime: "modifiedAt" };

/**
 * Limit 1 to 100, default 20; OrderBy AddTime or ModTime; Order ASC (default) or DESC.
 * Throws `ApiError` InvalidParameterValue.Limit, .OrderBy or .Order, and InvalidParameterValue for
 * Offset, as not all lists have a code of its own for it.
 */
export function pageOfEvents<T extends Dated>(items: readonly T[], params: PageParams): T[] {
  const { Offset: offset = 0, Limit: limit = 20, OrderBy: by = "AddTime", Order: order = "ASC" } = params;
  if (limit < 1 || limit > 100) throw invalid("Limit", "it must be from 1 to 100");
  if (offset < 0) throw new ApiError("InvalidParameterValue", "The `Offset` must be 0 or more.");
  const field = Object.hasOwn(FIELDS, by) ? FIELDS[by] : undefined;
  if (field === undefined) throw invalid("OrderBy", `\`${by}\` must be AddTime or ModTime`);
  if (order !== "ASC" && order !== "DESC") throw invalid("Order", `\`${order}\` must be ASC or DESC`);
  const sign = order === "ASC" ? 1 : -1;
  return [...items].sort((a, b) => sign * (a[field] - b[field])).slice(offset, offset + limit);
}
