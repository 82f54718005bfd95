import type { Copy, CopyState, ImageRef, Millis, Prices, Reason } from "../types.ts";
import { type Estimate, estimate, measurements } from "./estimate.ts";
import { keyText } from "./mark.ts";
import type { Plan } from "./plan.ts";
import type { Act, ImageAttributes } from "./step.ts";

/** A plan as people and programs see it: the format of `plan --json`. */
export interface PlanView {
  /** Calls that make copies: one source, one name, all its destinations. */
  readonly send: readonly {
    source: ImageRef;
    name: string;
    policy: string;
    as: string;
    destinations: string[];
    /** What all of them add, at most. */
    gib: number;
    /** Until the last of them is there, by what was measured before; null where nothing was. */
    expectedMs: Millis | null;
  }[];
  /** Calls that tag, name, publish or share a copy, or end its sharing before it is deleted. */
  readonly change: readonly { do: "tag" | "modify" | "share" | "withdraw"; image: ImageRef; text: string }[];
  /** Calls that delete an image of ours, each with its snapshots. */
  readonly remove: readonly { source: ImageRef; image: ImageRef; name: string; sizeGiB: number; text: string }[];
  /** Copies that nobody wants, and why they are kept. */
  readonly kept: readonly { source: ImageRef; image: ImageRef; name: string; reason: Reason }[];
  /** What is only remembered differently. */
  readonly note: readonly { source: ImageRef; region: string; state: CopyState; what: string; text: string }[];
  /** Copies that need a person, whether or not that is new. */
  readonly blocked: readonly { source: ImageRef; region: string; state: "blocked" | "failed"; reason: Reason }[];
  /** Images that a policy looked at and left out. */
  readonly skipped: readonly { policy: string; image: ImageRef; name: string; reason: Reason }[];
  /** Copies that will be asked for when their reason has passed. */
  readonly waiting: readonly { source: ImageRef; region: string; state: "waiting" | "retrying"; reason: Reason }[];
  readonly estimate: Estimate;
  readonly warnings: readonly Reason[];
  readonly problems: readonly Reason[];
}

/** Shows a plan without what only the program needs. */
export function viewOf(plan: Plan, prices?: Prices): PlanView {
  const send: PlanView["send"][number][] = [];
  const change: PlanView["change"][number][] = [];
  const note: PlanView["note"][number][] = [];
  const remove: PlanView["remove"][number][] = [];
  const measured = measurements(plan.copies);
  for (const action of plan.actions) {
    if (action.do === "send") {
      const first = action.drafts[0];
      if (!first) continue;
      const destinations = action.drafts.map((draft) => draft.copy.key.region);
      const { policy, rootName } = first.copy;
      const sizes = action.drafts.map(({ copy }) => plan.wants.get(keyText(copy.key))?.root.sizeGiB ?? 0);
      const times = action.drafts.flatMap(({ copy }) => measured(copy.key).median ?? []);
      send.push({
        source: action.source,
        name: rootName,
        policy,
        as: first.claim.settings.name,
        destinations,
        gib: sizes.reduce((sum, size) => sum + size, 0),
        expectedMs: times.length > 0 ? Math.max(...times) : null,
      });
    } else if (action.do === "note") {
      const { key, state } = action.copy;
      const source = { region: key.rootRegion, imageId: key.rootId };
      note.push({ source, region: key.region, state, what: action.what, text: action.text });
    } else {
      const { region, imageId } = action.image;
      const image = { region, imageId };
      if (action.do !== "delete") change.push({ do: action.do, image, text: textOf(action) });
      else {
        const { name, sizeGiB } = action.image;
        remove.push({ source: rootOf(action.copy), image, name, sizeGiB, text: action.why });
      }
    }
  }
  const skipped = plan.passedOver.map(({ policy, image, reason }) => {
    const { region, imageId, name } = image;
    return { policy, image: { region, imageId }, name, reason };
  });
  const blocked = plan.copies.flatMap((copy) => {
    if (copy.state !== "blocked" && copy.state !== "failed") return [];
    const { key, state, reason } = copy;
    return [{ source: { region: key.rootRegion, imageId: key.rootId }, region: key.region, state, reason }];
  });
  const kept = plan.kept.map(({ copy, image: { region, imageId, name }, reason }) => {
    return { source: rootOf(copy), image: { region, imageId }, name, reason };
  });
  const sent = new Set(
    plan.actions.flatMap((action) => (action.do === "send" ? action.drafts.map(({ copy }) => keyText(copy.key)) : [])),
  );
  const waiting = plan.copies.flatMap((copy) => {
    if ((copy.state !== "waiting" && copy.state !== "retrying") || sent.has(keyText(copy.key))) return [];
    return [{ source: rootOf(copy), region: copy.key.region, state: copy.state, reason: copy.reason }];
  });
  return {
    send,
    change,
    remove,
    kept,
    note,
    blocked,
    waiting,
    skipped,
    estimate: estimate(plan, prices),
    warnings: plan.warnings,
    problems: plan.problems,
  };
}

/** What a call on one image does, in a few words. */
export function textOf(act: Exclude<Act, { do: "send" }>): string {
  switch (act.do) {
    case "tag":
      return `tags ${Object.keys(act.tags).join(", ")}`;
    case "modify":
      return attributesText(act.attributes);
    case "share":
      return `shared with ${act.accounts.join(", ")}`;
    case "withdraw":
      return `not shared with ${act.accounts.join(", ")} any more`;
    case "delete":
      return `deleted with its snapshots, ${act.sizeGiB} GiB: ${act.why}`;
  }
}

function attributesText({ name, description, family, deprecated }: ImageAttributes): string {
  const parts = [
    ...(name === undefined ? [] : [`named "${name}"`]),
    ...(description === undefined || name !== undefined ? [] : ["described"]),
    ...(family === undefined ? [] : [family === "" ? "taken out of its family" : `put into family ${family}`]),
    ...(deprecated === undefined ? [] : [deprecated ? "marked as deprecated" : "no longer deprecated"]),
  ];
  return parts.join(", ");
}

function rootOf({ key }: Copy): ImageRef {
  return { region: key.rootRegion, imageId: key.rootId };
}

/** Whether the plan holds any call to the cloud. */
export function hasWork(view: PlanView): boolean {
  return view.send.length + view.change.length + view.remove.length > 0;
}
