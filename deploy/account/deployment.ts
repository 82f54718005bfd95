// What a deployment is: its names, the mark of what it made, and its report of each step.
import type { Policy } from "../../lib/model/policy.ts";
import type { Call } from "./call.ts";
import type { Cos } from "./cos.ts";

/** What happened to one thing of a deployment. */
export type Change = "made" | "updated" | "unchanged" | "removed";

/** What all steps of a deployment need. */
export interface Deployment {
  readonly service: string;
  readonly stage: string;
  /** Where the functions run. */
  readonly region: string;
  readonly account: { readonly appId: string; readonly uin: string };
  readonly call: Call;
  readonly cos: Cos;
  /** Receives each step as it is done. */
  readonly report: (change: Change, what: string) => void;
  /** Receives what the user should know, though the deployment goes on. */
  readonly warn: (message: string) => void;
  readonly pause: (ms: number) => Promise<unknown>;
}

/** What identifies a deployment within an account. */
export type Named = Pick<Deployment, "service" | "stage">;

/** A part of names: functions have at most 60 characters, and a state's prefix only some characters. */
const STAGE = /^[a-z0-9]([a-z0-9-]{0,21}[a-z0-9])?$/;

/** The problem of a stage that cannot be a part of our names; none if it can. */
export const stageProblem = (stage: string): string[] =>
  STAGE.test(stage) ? [] : ["--stage: must be 1 to 23 lower-case letters, digits and hyphens, e.g. --stage prod"];

/** The common beginning of all names, e.g. `cvm-image-replicator-dev`. The role and the logset have it as their name. */
export const baseName = ({ service, stage }: Named): string => `${service}-${stage}`;

/** The name that the stock plugin gives a function. */
export const functionName = (of: Named, name: string): string => `${baseName(of)}-${name}`;

/**
 * The description of all that a deployment makes. What has our name and not this description belongs to
 * something else, and is neither changed nor removed.
 */
export const markOf = ({ service, stage }: Named): string => `Made by ${service} for stage ${stage}`;

/** The tags with which the stock plugin marks functions; the logset, which has no description, gets them too. */
export const tagsOf = ({ service, stage }: Named): { Key: string; Value: string }[] => [
  { Key: "Application", Value: service },
  { Key: "Stage", Value: stage },
];

/** Whether a list of tags has all of ours. */
export function hasTags(tags: readonly { Key: string; Value: string }[] | null | undefined, of: Named): boolean {
  return tagsOf(of).every(({ Key, Value }) => tags?.some((tag) => tag.Key === Key && tag.Value === Value));
}

/** The problem of a thing that has our name and not our mark. */
export function foreign(kind: string, name: string, of: Named): string {
  return (
    `${kind} ${name} exists and was not made by this deployment (it lacks "${markOf(of)}"), so it is left alone; ` +
    "deploy with another --stage, or rename or delete it"
  );
}

/** What the policies of the package need. */
export interface Needs {
  readonly policies: readonly Policy[];
}

/** Whether a run may delete images: `prune.delete`, and plain intermediate copies of encrypted ones. */
export function mayDelete({ policies }: Needs): boolean {
  return policies.some(
    ({ enabled, prune, copy }) =>
      enabled && (prune.delete || copy.encrypt !== false || Object.values(copy.regions).some(({ encrypt }) => encrypt)),
  );
}

/**
 * Reads a list of the API whole, whatever number of items the API puts on a page. `read` gets the number of items that
 * are there already, and that of the page, from 1. A list may be null if it is empty.
 */
export async function allPages<T>(
  read: (
    offset: number,
    page: number,
  ) => Promise<{ readonly items: readonly T[] | null | undefined; readonly total: number | null | undefined }>,
): Promise<T[]> {
  const all: T[] = [];
  for (let page = 1; ; page += 1) {
    const { items, total } = await read(all.length, page);
    all.push(...(items ?? []));
    if (!items?.length || all.length >= (total ?? Number.POSITIVE_INFINITY)) return all;
  }
}

/** Compares two JSON values whatever the order of their members. */
export function sameJson(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : 1)))
      : inner,
  );
}
