import { keyText } from "../../model/identity.ts";
import { allCustom, answerTo, type Observation, type Question } from "../../model/observation.ts";
import { MAKING_ROOM } from "../../model/reasons.ts";
import type { Copy, Reason } from "../../model/types.ts";
import type { Want } from "../desired/types.ts";
import { blockedInstead, NOTHING } from "../transitions.ts";
import type { Circumstances, Step } from "../types.ts";

/** A step that adds an image to a region, now or after the next one. */
interface Addition {
  readonly step: Step;
  readonly copy: Copy;
  /** 2 where an encrypted copy is to be made of it, before it goes. */
  readonly needs: 1 | 2;
  readonly want: Want | undefined;
}

/**
 * Of the copies that would be asked for now, those for which there is room in their region: first what finishes something that
 * was begun, then the newest versions; the others are blocked. One full region so never makes a call fail that others are
 * in. Counted is every custom image that is shown: whether unfinished ones count is documented nowhere. Without an answer the
 * cloud's own verdict decides.
 */
export function withinQuota(
  steps: readonly Step[],
  wants: ReadonlyMap<string, Want>,
  c: Circumstances,
  observation: Observation,
): { steps: Step[]; asks: Question[] } {
  const asks: Question[] = [];
  const full = new Map<Step, { copy: Copy; reason: Reason }>();
  for (const [region, additions] of byRegion(steps, wants, c)) {
    const question = { ask: "quota", region } as const;
    const answer = answerTo(c.answers, question);
    if (!answer) asks.push(question);
    if (!answer || "unanswerable" in answer) continue;
    const used = allCustom(observation, region)?.images.length ?? 0;
    const kept = promised(region, additions, wants, c);
    let room = answer.value - used - kept;
    for (const { step, copy, needs } of additions.sort(firstFirst)) {
      if (needs <= room) room -= needs;
      else full.set(step, { copy, reason: whyFull(region, used, answer.value, kept, needs) });
    }
  }
  const fitting = steps.map((step) => {
    const found = full.get(step);
    if (!found) return step;
    const { copy, reason } = found;
    // The copy that it clashes with may not have been looked at.
    const isClash = !c.sweep && copy.state === "blocked" && copy.reason.code === "name-clash";
    return isClash ? NOTHING : blockedInstead(copy, reason, c.now);
  });
  return { steps: fitting, asks };
}

function whyFull(region: string, used: number, limit: number, kept: number, needs: number): Reason {
  const room = kept > 0 ? `, and room for ${kept} more is kept for what is being encrypted` : "";
  const two = needs > 1 ? "; while a copy is being encrypted there are two of it" : "";
  return {
    code: "quota",
    text: `${region} holds ${used} custom images of the ${limit} that it may hold${room}${two}`,
    remedy: "delete custom images there that nobody needs, or ask the vendor for a higher quota",
  };
}

/** Room for encrypted copies whose plain one has been asked for: what others took of it would keep them from being finished. */
function promised(
  region: string,
  now: readonly Addition[],
  wants: ReadonlyMap<string, Want>,
  c: Circumstances,
): number {
  const added = new Set(now.map(({ copy }) => keyText(copy.key)));
  return [...wants.values()].filter(({ key, parent }) => {
    if (key.region !== region || key.variant === "plain" || !parent || added.has(keyText(key))) return false;
    const [copy, step] = [c.copyOf(key), c.copyOf(parent)];
    const isFull = copy?.state === "blocked" && copy.reason.code === "quota";
    const isOpen = !copy || isFull || copy.state === "waiting" || copy.state === "retrying";
    return isOpen && (step?.state === "copying" || step?.state === "finishing" || step?.state === "ready");
  }).length;
}

function byRegion(steps: readonly Step[], wants: ReadonlyMap<string, Want>, c: Circumstances): Map<string, Addition[]> {
  const regions = new Map<string, Addition[]>();
  for (const step of steps) {
    const copy = addedBy(step, c);
    if (!copy) continue;
    const want = wants.get(keyText(copy.key));
    const addition: Addition = { step, copy, want, needs: want?.intermediate ? 2 : 1 };
    regions.set(copy.key.region, [...(regions.get(copy.key.region) ?? []), addition]);
  }
  return regions;
}

function addedBy({ act, note }: Step, { copyOf }: Circumstances): Copy | undefined {
  if (act?.do === "send") return act.draft.copy;
  // Another one gives up its name for it: not before there is room.
  if (note?.copy.state !== "waiting" || note.copy.reason.code !== MAKING_ROOM) return undefined;
  return copyOf(note.copy.key) ?? note.copy;
}

function firstFirst(a: Addition, b: Addition): number {
  const [x, y] = [a, b].map(({ copy }) => (copy.key.variant === "plain" ? 1 : 0)) as [number, number];
  return x - y || (b.want?.root.createdAt ?? 0) - (a.want?.root.createdAt ?? 0);
}
