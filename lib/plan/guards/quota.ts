// Guard: no more new copies than a region has room for.
import { groupBy, lazily } from "../../model/collections.ts";
import { copyId } from "../../model/identity.ts";
import { compareVersions } from "../../model/image.ts";
import { reason } from "../../model/messages/reasons.ts";
import { answerTo, type Question } from "../../model/observation.ts";
import type { Copy, CopyPhase, Reason } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";
import { blockedInstead, NOTHING, recordReason } from "../lifecycle/steps.ts";
import { baseFields, waiting } from "../transitions.ts";
import type { CloudCall, Guarded, PlanContext, Step } from "../types.ts";
import { lastVersionsIn } from "../upkeep/pruning/last-versions.ts";
import { wasDeletionRefused } from "../upkeep/pruning/prune.ts";

/** The phases of an intermediate copy from which an encrypted copy can still be made. */
const EXISTING: ReadonlySet<CopyPhase> = new Set(["requested", "copying", "finishing", "ready"]);

/** A step that adds an image to a region, now or after a wait. */
interface Addition {
  readonly step: Step;
  /** The copy waits for something else. */
  readonly isPending: boolean;
  readonly copy: Copy;
  /** 2 for an intermediate copy, which exists beside its encrypted copy for a while. */
  readonly needs: 1 | 2;
  readonly desired: DesiredCopy | undefined;
}

/**
 * Blocks the new copies that do not fit into their region, also those that wait for something else,
 * or makes them wait for the deletions of this plan that make room for them. Encrypted copies, which finish a chain, get room first, then
 * the newest versions. So one full region never fails a call that has other destinations. Every custom image in the listing counts; it is not documented whether unfinished
 * ones count against the quota. If the cloud does not answer the question about the quota, nothing
 * is blocked, and the cloud's verdict on the call decides.
 */
export function quota(steps: readonly Step[], ctx: PlanContext): Guarded {
  const questions: Question[] = [];
  const encrypted = groupBy(
    [...ctx.desiredCopies.values()].filter(({ key, parent }) => key.variant !== "plain" && parent),
    ({ key }) => key.region,
  );
  const departures = lazily(() =>
    groupBy(
      steps.flatMap(({ call }) => regionThatIsLeft(call) ?? []),
      (region) => region,
    ),
  );
  const leavingFrom = (region: string) => departures().get(region)?.length ?? 0;
  /** The steps that are not taken, each with what is done in its place. */
  const instead = new Map<Step, Step>();
  for (const [region, additions] of byRegion(steps, ctx)) {
    const question = { ask: "quota", region } as const;
    const answer = answerTo(ctx.answers, question);
    if (!answer) questions.push(question);
    if (!answer || "unanswerable" in answer) continue;
    const used = ctx.customImages(region)?.images.length ?? 0;
    const reserved = reservedFor(encrypted.get(region) ?? [], additions, ctx);
    const leaving = leavingFrom(region);
    const lastVersions = lazily(() => lastVersionsIn(region, ctx));
    let room = answer.value - used - reserved + leaving;
    let ahead = 0;
    for (const { step, copy, needs, isPending } of additions.sort(byPriority)) {
      if (needs > room) {
        const why = reason("quota", {
          region,
          used,
          limit: answer.value,
          reserved,
          ahead,
          needs,
          lastVersions: lastVersions(),
        });
        instead.set(step, blockedByQuota(copy, why, ctx));
        continue;
      }
      room -= needs;
      ahead += needs;
      if (room >= leaving || isPending) continue;
      const base = baseFields(copy.key, copy, undefined, ctx.now);
      instead.set(step, recordReason(copy, waiting(base, reason("making-room", { region, images: leaving }))));
    }
  }
  return { steps: steps.map((step) => instead.get(step) ?? step), questions };
}

/** A poll may not have read the conflicting copy, so the reason stays until the next sweep. */
function blockedByQuota(copy: Copy, why: Reason, ctx: PlanContext): Step {
  const isConflict = !ctx.sweep && copy.phase === "blocked" && copy.reason.code === "name-conflict";
  return isConflict ? NOTHING : blockedInstead(copy, why, ctx.now);
}

/**
 * The region that an image leaves by this call, or once it is unshared for that. What the cloud
 * refused to delete is not expected to leave.
 */
function regionThatIsLeft(call: CloudCall | undefined): string | undefined {
  if (call?.do !== "delete" && (call?.do !== "unshare" || call.why === undefined)) return undefined;
  return wasDeletionRefused(call.copy) ? undefined : call.image.region;
}

/**
 * How many images of room a region keeps for encrypted copies whose intermediate copy has been
 * requested already. If other copies took this room, those chains could not be finished.
 */
function reservedFor(encrypted: readonly DesiredCopy[], additions: readonly Addition[], ctx: PlanContext): number {
  if (encrypted.length === 0) return 0;
  const added = new Set(additions.map(({ copy }) => copyId(copy.key)));
  return encrypted.filter(({ key, parent }) => {
    if (!parent || added.has(copyId(key))) return false;
    const [copy, intermediate] = [ctx.copyOf(key), ctx.copyOf(parent)];
    const isFull = copy?.phase === "blocked" && copy.reason.code === "quota";
    const isOpen = !copy || isFull || copy.phase === "waiting" || copy.phase === "retrying";
    return isOpen && intermediate !== undefined && EXISTING.has(intermediate.phase);
  }).length;
}

function byRegion(steps: readonly Step[], ctx: PlanContext): Map<string, Addition[]> {
  const additions = steps.flatMap((step): Addition[] => {
    const isPending = step.call?.do !== "send";
    const copy = step.call?.do === "send" ? step.call.claimRequest.copy : step.pending;
    if (!copy || (isPending && !isJudged(copy, ctx))) return [];
    const desired = ctx.desiredCopies.get(copy.key);
    return [{ step, isPending, copy, desired, needs: desired?.intermediate ? 2 : 1 }];
  });
  return groupBy(additions, ({ copy }) => copy.key.region);
}

/** A sweep judges every copy that waits; between two sweeps the quota is asked for only where it was full. */
function isJudged(copy: Copy, { sweep }: PlanContext): boolean {
  return sweep || (copy.phase === "blocked" && copy.reason.code === "quota");
}

/** Encrypted copies first, then what is requested now, each with the newest versions first. */
function byPriority(a: Addition, b: Addition): number {
  const rank = ({ copy, isPending }: Addition) => (copy.key.variant !== "plain" ? 0 : isPending ? 2 : 1);
  return rank(a) - rank(b) || (a.desired && b.desired ? compareVersions(b.desired.root, a.desired.root) : 0);
}
