import type { CopyState, ImageRef, Reason } from "../types.ts";
import type { Plan } from "./plan.ts";

/** A plan as people and programs see it: the format of `plan --json`. */
export interface PlanView {
  /** Calls that make copies: one source, one name, all its destinations. */
  readonly send: readonly { source: ImageRef; name: string; policy: string; as: string; destinations: string[] }[];
  /** Calls that tag or name a copy. */
  readonly change: readonly { do: "tag" | "rename"; image: ImageRef; text: string }[];
  /** What is only remembered differently. */
  readonly note: readonly { source: ImageRef; region: string; state: CopyState; what: string; text: string }[];
  /** Copies that need a person, whether or not that is new. */
  readonly blocked: readonly { source: ImageRef; region: string; state: "blocked" | "failed"; reason: Reason }[];
  /** Images that a policy looked at and left out. */
  readonly skipped: readonly { policy: string; image: ImageRef; name: string; reason: Reason }[];
  readonly warnings: readonly Reason[];
  readonly problems: readonly Reason[];
}

/** Shows a plan without what only the program needs. */
export function viewOf(plan: Plan): PlanView {
  const send: PlanView["send"][number][] = [];
  const change: PlanView["change"][number][] = [];
  const note: PlanView["note"][number][] = [];
  for (const action of plan.actions) {
    if (action.do === "send") {
      const first = action.drafts[0];
      if (!first) continue;
      const destinations = action.drafts.map((draft) => draft.copy.key.region);
      const { policy, rootName } = first.copy;
      send.push({ source: action.source, name: rootName, policy, as: first.claim.settings.name, destinations });
    } else if (action.do === "note") {
      const { key, state } = action.copy;
      const source = { region: key.rootRegion, imageId: key.rootId };
      note.push({ source, region: key.region, state, what: action.what, text: action.text });
    } else {
      const { region, imageId } = action.image;
      const text = action.do === "tag" ? `tags ${Object.keys(action.tags).join(", ")}` : `name "${action.name}"`;
      change.push({ do: action.do, image: { region, imageId }, text });
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
  return { send, change, note, blocked, skipped, warnings: plan.warnings, problems: plan.problems };
}

/** Whether the plan holds any call to the cloud. */
export function hasWork(view: PlanView): boolean {
  return view.send.length + view.change.length > 0;
}
