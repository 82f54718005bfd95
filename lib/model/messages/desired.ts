// Messages about desired copies: blocks, waits, images not selected, and failed examples.
import { error, info, warn } from "./define.ts";
import { EXAMPLE } from "./help.ts";
import { declareSide } from "./policy-values.ts";

/** Two values of one setting, as the reason `contradiction` lists them: `name "a" and "b"`. */
export function twoValues(setting: string, first: string, second: string): string {
  return `${setting} "${first}" and "${second}"`;
}

export const desiredReasons = {
  /** `more`: how many other sources wait. */
  "sources-wait": warn((p: { policy: string; imageId: string; more: number; regions: readonly string[] }) => ({
    text: `policy ${p.policy} compares the newest images of all its source regions, so ${p.imageId}${p.more > 0 ? ` and ${p.more} more get` : " gets"} no copies while ${p.regions.join(", ")} cannot be read`,
    remedy: `they follow once it is read; to go on without it, remove it from \`from\` of that policy`,
  })),
  "source-failed": error((p: { state: string }) => ({
    text: `the source is ${p.state}`,
    remedy: "create the source image again",
  })),
  "whole-machine": error(() => ({
    text: "the source is a whole-instance image (it has data disks), which the cloud does not copy",
    remedy: "create the image from the system disk alone, and copy the data disks by their snapshots",
  })),
  "source-not-normal": info((p: { state: string }) => `the source is ${p.state}; it can be copied once it is NORMAL`),
  "source-stuck": error((p: { imageId: string; region: string; state: string; since: string }) => ({
    text: `the source ${p.imageId} in ${p.region} has been ${p.state} since ${p.since}`,
    remedy:
      "look at it in the console: a copy of it that makes no progress keeps it busy, and can be deleted; else ask the vendor's support. It is copied once it is NORMAL",
  })),
  /** `undeclared`: a region whose side is unknown, so that the copy only counts as crossing. */
  "cross-border": error((p: { from: string; to: string; policy: string; undeclared?: string | undefined }) => ({
    text:
      p.undeclared === undefined
        ? `${p.from} → ${p.to} crosses the border of mainland China, which requires the vendor's approval`
        : `${p.from} → ${p.to} counts as crossing the border of mainland China, which requires the vendor's approval, because this release does not know ${p.undeclared}`,
    remedy: `${p.undeclared === undefined ? "" : `${declareSide(p.undeclared)}; or `}once the vendor has approved it for this account, set crossBorder: approved in policy ${p.policy}; otherwise remove ${p.to} from its \`to\``,
  })),
  "too-large": error((p: { sizeGiB: number; policy: string; maxSizeGiB: number }) => ({
    text: `the source has ${p.sizeGiB} GiB, but policy ${p.policy} allows at most ${p.maxSizeGiB} GiB`,
    remedy: "raise maxSizeGiB or make the image smaller",
  })),
  /** `ofSource`: the name of the source causes it; with another name, the template would do. */
  "bad-name": error((p: { name: string; problem: string; sourceId: string; ofSource: boolean }) => ({
    text: `the name of the copy would be "${p.name}", which ${p.problem}${p.ofSource ? `; that comes from the name of the source, ${p.sourceId}` : ""}`,
    remedy: p.ofSource
      ? `rename the source ${p.sourceId}, or use {{sourceId}} instead of {{name}} in copy.name`
      : "change copy.name in the policy",
  })),
  /** `inherited`: how many of the tags only the source has. */
  "too-many-tags": error(
    (p: { tags: number; inherited: number; sourceId: string; ownTags: number; maxTags: number }) => ({
      text: `the copy would have ${p.tags} tags, ${p.inherited} of them from the source ${p.sourceId}, and up to ${p.ownTags} tags of this program; the cloud allows ${p.maxTags}`,
      remedy: "set copy.tags.inherit: false or remove tags from the source",
    }),
  ),
  contradiction: error((p: { policies: readonly string[]; differences: readonly string[] }) => ({
    text: `the policies ${p.policies.join(" and ")} disagree about this copy: ${p.differences.join("; ")}`,
    remedy: "make the policies agree, or let only one of them select this image for this region",
  })),
  "source-revoked": error((p: { imageId: string; name: string; region: string }) => ({
    text: `${p.imageId} ("${p.name}") in ${p.region} was deleted by its owner, or is no longer shared with this account; the copies that exist are kept`,
    remedy:
      "if the image still exists, ask its owner to share it again; delete the copies if they are no longer needed",
  })),
  "not-newest": info((p: { newest: number }) => ({
    text: `the image is not among the newest ${p.newest}`,
    remedy: "raise select.newest, or deprecate newer images",
  })),
  "is-a-copy": info(() => "the image is a copy itself; only its source is replicated"),

  // Of `validate --tests`: how an example differs from what the policies do.
  "example-missing": error((p: { region: string; why: string }) => `${p.region} is missing: ${p.why}`, EXAMPLE),
  "example-unexpected": error((p: { region: string; why: string }) => `${p.region} is not expected: ${p.why}`, EXAMPLE),
  "example-own-region": error(
    (p: { region: string }) => `an image gets no copy in its own region; expect "!${p.region}"`,
    EXAMPLE,
  ),
  "example-no-destination": error(
    (p: { policy?: string }) =>
      p.policy === undefined ? "no policy lists it in `to`" : `policy ${p.policy} does not list it in \`to\``,
    EXAMPLE,
  ),
  "example-not-selected": error((p: { policy: string; why: string }) => `${p.policy}: ${p.why}`, EXAMPLE),
  "example-disabled": error(() => "the policy is disabled", EXAMPLE),
  "example-other-region": error((p: { region: string }) => `${p.region} is not in \`from\``, EXAMPLE),
  "example-other-type": error(
    (p: { type: string; selected: string }) => `the image is ${p.type}, but select.type is ${p.selected}`,
    EXAMPLE,
  ),
  "example-shared-first": error(
    (p: { policies: readonly string[] }) =>
      `a shared image is first copied within its own region, for ${policiesText(p.policies)}`,
    EXAMPLE,
  ),
  "example-desired": error(
    (p: { policies: readonly string[] }) => `copied there by ${policiesText(p.policies)}`,
    EXAMPLE,
  ),
} as const;

function policiesText(names: readonly string[]): string {
  return `${names.length === 1 ? "policy" : "policies"} ${names.join(", ")}`;
}
