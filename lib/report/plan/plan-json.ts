// A plan in the format of plan --json: each list has one entry for each copy.
import type { ImageRef } from "../../model/types.ts";
import type { NamedImage } from "../summary.ts";
import type { CopyView, CreateView, ExpectedDeletion, PlanView } from "./plan-view.ts";

/** What a DryRun said of one copy; see `lib/apply/requests/preflight.ts`. */
interface PreflightView {
  readonly source: ImageRef;
  readonly region: string;
  readonly variant: string;
  readonly ok: boolean;
  readonly reason?: object;
  readonly outcome?: string;
}

/** The members of `plan --json`; `preflight` is null unless that was asked for. */
export function planJson(view: PlanView, preflights: readonly PreflightView[] | undefined) {
  const { expectedMs: etaMs, ...estimate } = view.estimate;
  return {
    create: view.create.flatMap(createdCopies),
    update: view.update.map((one) => ({ ...copyOf(one), do: one.do, image: one.image, text: one.text })),
    delete: view.delete.map((one) => ({ ...deletionOf(one), after: one.after })),
    deleteLater: view.deleteLater.map(deletionOf),
    retained: view.retained.map((one) => ({ ...copyOf(one), image: named(one), reason: one.reason })),
    recordOnly: view.recordOnly.map((one) => {
      return { ...copyOf(one), state: one.state, event: one.event, text: one.text };
    }),
    blocked: view.blocked.map((one) => ({ ...copyOf(one), state: one.state, reason: one.reason })),
    waiting: view.waiting.map((one) => ({ ...waitOf(one), attempts: one.attempts })),
    inProgress: view.inProgress.map((one) => ({ ...copyOf(one), state: one.state })),
    pausing: view.pausing.map(waitOf),
    notSelected: view.notSelected.map((one) => ({ policy: one.policy, image: named(one), reason: one.reason })),
    outlook: view.outlook,
    estimate: { ...estimate, etaMs },
    warnings: view.warnings,
    problems: view.problems,
    unreadRegions: view.incomplete,
    preflight:
      preflights?.map(({ source: from, region, variant, ok, reason = null, outcome = null }) => {
        return { from: { region: from.region, imageId: from.imageId }, region, variant, ok, reason, outcome };
      }) ?? null,
  };
}

function createdCopies({ callIndex, source, as, gib, expectedMs: etaMs, copies }: CreateView) {
  const from = { region: source.region, imageId: source.imageId };
  // The copies of one source have one size.
  const sizeGiB = gib / Math.max(1, copies.length);
  return copies.map((copy) => ({ ...copyOf(copy), callIndex, from, as, sizeGiB, etaMs }));
}

function copyOf({ policy, source, sourceName: name, region, variant, intermediate }: CopyView) {
  return { policy, source: { ...source, name }, region, variant, intermediate };
}

function deletionOf(one: ExpectedDeletion) {
  return { ...copyOf(one), image: named(one), sizeGiB: one.sizeGiB, text: one.text };
}

function waitOf(one: PlanView["pausing"][number]) {
  return { ...copyOf(one), state: one.state, reason: one.reason, nextAt: one.until };
}

function named({ image, name }: { readonly image: ImageRef; readonly name: string }): NamedImage {
  return { ...image, name };
}
