// Which calls are forbidden, by the design and the cloud itself: a cloud that refuses to make them.
import { progressOf, type StoredImage, tagsOf } from "../../emulator/world/image.ts";
import type { World } from "../../emulator/world/types.ts";
import { quotaOf } from "../../emulator/world/world.ts";
import { ROLLED_BACK_TAG } from "../../lib/model/identity.ts";
import type { Policy } from "../../lib/model/policy.ts";
import type { Cloud } from "../../lib/model/ports.ts";
import type { Copy, ImageRef } from "../../lib/model/types.ts";
import { ACCOUNT } from "../support/builders.ts";
import { type DesiredCopy, desiredCopies, familyOf } from "./desired-copies.ts";
import { type Version, whyLastVersion } from "./last-version.ts";
import { isRecalled, matches } from "./selection.ts";

/** The one region of these tests that lies across the border of mainland China. */
const OUTSIDE = "ap-hongkong";

/** What has to be known to say whether a call is forbidden. */
export interface Facts {
  readonly world: World;
  readonly policies: () => readonly Policy[];
  readonly records: () => Promise<readonly Copy[]>;
  /** Every image that ever existed, by its id. */
  readonly ever: Map<string, StoredImage>;
  /** The images that another installation made. */
  readonly others: ReadonlySet<string>;
}

const isLive = (world: World, image: StoredImage) => progressOf(image, world.workNow()).state !== "CREATEFAILED";

/** Whether the policy itself lets this copy be made. */
function permits({ root, region, policy }: DesiredCopy): boolean {
  const crosses = root.region !== region && (root.region === OUTSIDE) !== (region === OUTSIDE);
  return (!crosses || policy.crossBorder === "approved") && root.sizeGiB <= (policy.maxSizeGiB ?? 1e9);
}

export function variantOf({ encrypted, kmsKeyId }: StoredImage): string {
  return encrypted ? `encrypted:${kmsKeyId || "default"}` : "plain";
}

/** The image that everything of a chain was made from. */
export function originOf(facts: Facts, records: readonly Copy[], image: StoredImage): StoredImage | undefined {
  const adoption = records.find((copy) => copy.phase === "ready" && copy.adopted && copy.imageId === image.imageId);
  const above = adoption ? adoption.key.rootId : image.copiedFrom?.imageId;
  if (above === undefined) return image;
  const next = facts.ever.get(above);
  return next && originOf(facts, records, next);
}

/** The cloud, which throws where a call is forbidden. */
export function checkedCloud(cloud: Cloud, facts: Facts): Cloud {
  const guard = async (
    what: string,
    at: ImageRef,
    why: (image: StoredImage, records: readonly Copy[]) => string | undefined,
  ) => {
    for (const images of facts.world.images.values())
      for (const one of images.values()) facts.ever.set(one.imageId, one);
    const image = facts.world.images.get(at.region)?.get(at.imageId);
    const broken = image ? why(image, await facts.records()) : "it is not there";
    if (broken && image)
      throw new Error(`forbidden: ${what} ${at.imageId} ("${image.name}") in ${at.region}: ${broken}`);
  };
  // What a policy gave stays when the policy is gone, and is restored after a modification.
  const everNamed = new Set<string>();
  const named = () => {
    for (const { copy } of facts.policies()) for (const account of copy.shareWith) everNamed.add(account);
    return everNamed;
  };
  const ours = (image: StoredImage) => {
    if (image.owner !== ACCOUNT || !image.copiedFrom) return "it is none of our copies";
    return facts.others.has(image.imageId) ? "another installation made it" : undefined;
  };
  return {
    ...cloud,
    async syncImage(request) {
      const { source, destinations, encrypt } = request;
      for (const region of destinations)
        await guard(`copy to ${region}`, source, (image, records) => whyNoCopy(facts, records, image, region, encrypt));
      return cloud.syncImage(request);
    },
    async tag(at, ...rest) {
      await guard("tag", at, ours);
      return cloud.tag(at, ...rest);
    },
    async modify(at, attributes, ...rest) {
      await guard(
        `modify ${JSON.stringify(attributes)}`,
        at,
        (image, records) => ours(image) ?? whyNotModified(facts, records, image, attributes),
      );
      return cloud.modify(at, attributes, ...rest);
    },
    async share(at, accounts, ...rest) {
      await guard(
        `share with ${accounts.join()}`,
        at,
        (image) => ours(image) ?? whyNotShared(named(), image, accounts),
      );
      return cloud.share(at, accounts, ...rest);
    },
    async unshare(at, accounts, ...rest) {
      await guard(
        `unshare from ${accounts.join()}`,
        at,
        (image) => ours(image) ?? whyNotShared(named(), image, accounts),
      );
      return cloud.unshare(at, accounts, ...rest);
    },
    async deleteImage(at, ...rest) {
      const family = facts.world.images.get(at.region)?.get(at.imageId)?.family;
      const pointed = family ? await cloud.familyImage(at.region, family) : undefined;
      await guard("delete", at, (image, records) => {
        if (pointed === image.imageId && isLive(facts.world, image)) return `the family ${family} points to it`;
        return ours(image) ?? whyNotDeleted(facts, records, image);
      });
      return cloud.deleteImage(at, ...rest);
    },
  };
}

function adoptedIn(records: readonly Copy[]): ReadonlySet<string> {
  return new Set(records.flatMap((copy) => (copy.phase === "ready" && copy.adopted ? [copy.imageId] : [])));
}

function whyNoCopy(
  facts: Facts,
  records: readonly Copy[],
  source: StoredImage,
  region: string,
  encrypt: { readonly kmsKeyId?: string } | undefined,
): string | undefined {
  const { world } = facts;
  const variant = encrypt ? `encrypted:${encrypt.kmsKeyId ?? "default"}` : "plain";
  const root = originOf(facts, records, source);
  if (!root) return "its root is not there";
  const desired = desiredCopies(world, facts.policies(), adoptedIn(records)).filter(
    (copy) => copy.root === root && copy.region === region && copy.variant === variant,
  );
  if (desired.length === 0) return "no policy desires it";
  const allowed = desired.filter(permits);
  if (allowed.length === 0) return "every policy that desires it forbids it";
  if (progressOf(source, world.workNow()).state !== "NORMAL") return "it is not NORMAL";
  if (root.snapshots.some(({ usage }) => usage === "DATA_DISK")) return "it has data disks";
  // A version that was just deleted may keep its place among the newest: an older one is not desired yet.
  const isSure = ({ policy }: DesiredCopy) =>
    policy.select.newest === undefined ||
    records.every(({ key }) => world.images.get(key.rootRegion)?.has(key.rootId) === true);
  for (const attribute of [(w: DesiredCopy) => w.policy.copy.name, (w: DesiredCopy) => familyOf(w) || undefined]) {
    const values = new Set(
      allowed
        .filter((copy) => copy.step === undefined && isSure(copy))
        .map(attribute)
        .filter((value) => value !== undefined),
    );
    // Two policies that contradict each other do not keep a third one from making its step.
    if (values.size > 1 && allowed.every(({ step }) => step === undefined))
      return `the policies contradict each other: ${[...values].join(" and ")}`;
  }
  const isFirst = root.owner !== ACCOUNT && region === root.region && variant === "plain";
  if (region === source.region && !isFirst && !encrypt) return "it is the image's own region";
  if (encrypt && region !== source.region) return "encrypting is done within one region";
  if (root.owner === ACCOUNT && !encrypt && source !== root) return "it is a copy of a copy";
  if (root.owner !== ACCOUNT && !encrypt && !isFirst && source.region !== root.region) return "it is no first step";
  const others = [...(world.images.get(region)?.values() ?? [])].filter(({ owner }) => owner === ACCOUNT);
  if (others.length >= quotaOf(world, region)) return `${region} is full`;
  // An adopted image may have been a source before; a copy of it from then is another copy.
  const isOfAnother = ({ imageId }: StoredImage) =>
    records.some((copy) => "imageId" in copy && copy.imageId === imageId && copy.key.rootId !== root.imageId);
  const twin = others.find(
    (other) =>
      other !== root &&
      isLive(world, other) &&
      originOf(facts, records, other) === root &&
      variantOf(other) === variant &&
      !isOfAnother(other),
  );
  return twin && `${twin.imageId} is there`;
}

function whyNotModified(
  facts: Facts,
  records: readonly Copy[],
  image: StoredImage,
  { family, deprecated }: Parameters<Cloud["modify"]>[1],
): string | undefined {
  const root = originOf(facts, records, image);
  const { world } = facts;
  const isToBe = root !== undefined && isRecalled(root);
  if (deprecated !== undefined && isToBe !== deprecated && !(deprecated && isDueByAge(facts, records, image)))
    return `its source is ${deprecated ? "not " : ""}recalled`;
  if (family === undefined) return undefined;
  const born = (one: StoredImage) => originOf(facts, records, one)?.createdAt ?? 0;
  const others = [...(world.images.get(image.region)?.values() ?? [])].filter(
    (other) => other !== image && other.copiedFrom && other.owner === ACCOUNT && !other.deprecated,
  );
  const desired = desiredCopies(world, facts.policies(), adoptedIn(records)).filter(
    (copy) => copy.step === undefined && copy.region === image.region && copy.variant === variantOf(image),
  );
  const isToHave = (name: string) => desired.some((copy) => copy.root === root && familyOf(copy) === name);
  if (family === "") {
    const stays = others.some((other) => other.family === image.family && born(other) >= born(image));
    // Where families are carried over, an unfinished copy has a family too early.
    const isNew = image.name.includes("--copying-");
    if (root && isRecalled(root) && !isNew)
      return isReplaced(facts, records, image) ? undefined : "its family would be empty";
    return isToHave(image.family) && !stays && !isNew ? "nothing newer is in its family" : undefined;
  }
  if (!isToHave(family)) return "no policy gives it that family";
  const newer = others.find(
    (other) =>
      other.family === family &&
      born(other) > born(image) &&
      // Where families are carried over, it may have had the family before any run read it.
      !other.name.includes("--copying-") &&
      variantOf(other) === variantOf(image) &&
      desired.some((copy) => copy.root === originOf(facts, records, other) && familyOf(copy) === family),
  );
  return newer && `${newer.imageId} is newer and in that family`;
}

/** Whether the family of a recalled version has a good image of another one, in any variant, made by us or adopted. */
function isReplaced(facts: Facts, records: readonly Copy[], image: StoredImage): boolean {
  const { world } = facts;
  const desired = desiredCopies(world, facts.policies(), adoptedIn(records));
  return [...(world.images.get(image.region)?.values() ?? [])].some(
    (other) =>
      other.family === image.family &&
      !other.deprecated &&
      desired.some(({ root, region }) => region === image.region && root === originOf(facts, records, other)),
  );
}

function whyNotShared(named: ReadonlySet<string>, image: StoredImage, accounts: readonly string[]): string | undefined {
  if (image.name.includes("--plain-")) return "it is only a step";
  return accounts.every((account) => named.has(account)) ? undefined : "no policy ever said so";
}

function whyNotDeleted(facts: Facts, records: readonly Copy[], image: StoredImage): string | undefined {
  const { world } = facts;
  const { region, imageId } = image;
  if (!isLive(world, image)) return undefined;
  const user = world.users.find((one) => one.region === region && one.imageIds.includes(imageId));
  if (user) return `${user.id} uses it`;
  if (image.shares.size > 0) return `it is shared with ${[...image.shares.keys()].join()}`;
  if (world.copies.get(`${region}/${imageId}`)?.some((copy) => progressOf(copy, world.workNow()).state === "SYNCING"))
    return "a copy is being made from it";
  const root = originOf(facts, records, image);
  const variant = variantOf(image);
  const siblings = [...(world.images.get(region)?.values() ?? [])].filter(
    (other) => other !== image && other.copiedFrom && originOf(facts, records, other) === root,
  );
  const encrypted = siblings.find((other) => other.encrypted && progressOf(other, world.workNow()).state === "NORMAL");
  const isStep = image.name.includes("--plain-");
  const desired = desiredCopies(world, facts.policies(), adoptedIn(records)).filter(
    (copy) => copy.root === root && copy.region === region && copy.variant === variant,
  );
  if (desired.some((copy) => copy.step === undefined)) return `policy ${desired[0]?.policy.name} desires it`;
  if (isStep && encrypted) return undefined;
  if (desired.length > 0 && !encrypted) return `policy ${desired[0]?.policy.name} needs it as a step`;
  const policy = facts.policies().find(({ name }) => name === tagsOf(image).get("cvm-replicator:policy"));
  if (!policy?.enabled) return "its policy is gone or disabled";
  const against = facts
    .policies()
    .find(
      (other) =>
        other.enabled &&
        !other.prune.delete &&
        (other === policy ||
          (root && world.images.get(root.region)?.has(root.imageId) && matches(other, root, world.now()))),
    );
  if (against) return `policy ${against.name} does not permit it`;
  return isStep || policy.prune.last ? undefined : whyLast(facts, records, image);
}

/** Why a copy must stay as the last usable one of its policy. */
function whyLast(facts: Facts, records: readonly Copy[], image: StoredImage): string | undefined {
  const recordOf = ({ imageId }: StoredImage) =>
    records.find((copy) => (copy.phase === "ready" || copy.phase === "retired") && copy.imageId === imageId);
  const policy = recordOf(image)?.policy;
  const versionOf = (one: StoredImage): Version => {
    const record = recordOf(one);
    const isAged = record?.phase === "retired" && record.deprecatedByAge === true;
    const root = originOf(facts, records, one);
    const isLeft = (one.deprecated && !isAged) || tagsOf(one).has(ROLLED_BACK_TAG);
    return { image: one, root, isBad: isLeft || (root !== undefined && isRecalled(root)) };
  };
  const others = [...(facts.world.images.get(image.region)?.values() ?? [])].filter(
    (other) => other.owner === ACCOUNT && recordOf(other)?.policy === policy,
  );
  return whyLastVersion(versionOf(image), others.map(versionOf), facts.world.workNow());
}

/** Whether an orphaned copy may be deprecated because it was orphaned for long. */
function isDueByAge(facts: Facts, records: readonly Copy[], image: StoredImage): boolean {
  const record = records.find((copy) => copy.phase === "retired" && copy.imageId === image.imageId);
  const own = facts.policies().filter(({ name }) => name === record?.policy);
  // A policy that was renamed deprecates what it made under its former name.
  const may = (own.length > 0 ? own : facts.policies()).some(({ prune }) => prune.deprecateAfter !== undefined);
  return record !== undefined && may && whyLast(facts, records, image) === undefined;
}
