// Every switch of the emulator, with each of its values.
import { describe, expect, it } from "vitest";
import { shareImage } from "../../emulator/control/console.ts";
import { EmulatorInputError } from "../../emulator/errors.ts";
import {
  ALL_SWITCHES,
  defaultSwitches,
  parseSwitches,
  type Switches,
  type SwitchName,
} from "../../emulator/settings/switches.ts";
import { COS_CASES } from "./cos/switch-cases.ts";
import { EVENT_CASES } from "./events/switch-cases.ts";
import { SCF_CASES } from "./functions/switch-cases.ts";
import { IDENTITY_CASES } from "./identity/switch-cases.ts";
import { type Bench, bench, caught, GOLDEN, MAIN, MINUTE, sync } from "./support.ts";

const BEIJING = { region: "ap-beijing" };
const syncing = (b: Bench) => {
  const source = b.image({ name: "source", tags: { a: "1" }, description: "d" });
  return { source, copy: sync(b, source, ["ap-beijing"])["ap-beijing"] ?? "" };
};
const again = (b: Bench, source: string, more: object = {}) => ({
  ImageIds: [source],
  DestinationRegions: ["ap-beijing"],
  ...more,
});
const tagCopy = (copy: string) => ({
  ResourceList: [`qcs::cvm:ap-beijing:uin/${MAIN.uin}:image/${copy}`],
  Tags: [{ TagKey: "t", TagValue: "1" }],
});
const outcome = (run: () => unknown): string => {
  try {
    run();
    return "ok";
  } catch (error) {
    return (error as { code: string }).code;
  }
};

/**
 * The expected behaviour of each value of each switch. A switch without an entry does not compile.
 */
const CASES: { [K in SwitchName]: (value: Switches[K], b: Bench) => void } = {
  sourceBusyWhileCopying(value, b) {
    const { source } = syncing(b);
    expect(b.look(source)).toMatchObject({ ImageState: value === "syncing" ? "SYNCING" : "NORMAL" });
    expect(outcome(() => b.call("SyncImages", again(b, source)))).toBe(
      value === "no" ? "ok" : "FailedOperation.InvalidImageState",
    );
    b.tick(31 * MINUTE);
    expect(b.look(source)).toMatchObject({ ImageState: "NORMAL" });
    expect(outcome(() => b.call("SyncImages", again(b, source)))).toBe("ok");
  },
  uniqueNames(value, b) {
    b.image({ region: "ap-beijing", name: "source" });
    const other = b.image({ name: "other" });
    const source = b.image({ name: "source" });
    const rename = outcome(() => b.call("ModifyImageAttribute", { ImageId: other, ImageName: "source" }));
    expect(rename).toBe(value === "off" ? "ok" : "InvalidImageName.Duplicate");
    const copied = outcome(() => sync(b, source, ["ap-beijing"]));
    expect(copied).toBe(value === "everywhere" ? "InvalidImageName.Duplicate" : "ok");
    if (value === "everywhere") return;
    b.tick(31 * MINUTE);
    const images = b.call("DescribeImages", {}, BEIJING).ImageSet;
    expect(images[0]?.ImageState).toBe(value === "late" ? "CREATEFAILED" : "NORMAL");
  },
  dryRunAnswer(value, b) {
    const dry = (action: string, params: object) => outcome(() => b.call(action, { ...params, DryRun: true }));
    const expected = value === "error" ? "DryRunOperation" : "ok";
    const imageId = b.image();
    expect(dry("SyncImages", again(b, imageId))).toBe(expected);
    expect(dry("DeleteImages", { ImageIds: [imageId] })).toBe(expected);
    expect(dry("CreateImage", { ImageName: "n", InstanceId: "ins-abcd1234" })).toBe(expected);
  },
  unknownIdInDescribe(value, b) {
    const params = { ImageIds: [b.image(), "img-00000000"] };
    const answer = outcome(() => expect(b.call("DescribeImages", params).ImageSet).toHaveLength(1));
    expect(answer).toBe(value === "error" ? "InvalidImageId.NotFound" : "ok");
  },
  tagWhileSyncing(value, b) {
    const { copy } = syncing(b);
    const tag = () => b.call("TagResources", tagCopy(copy), { service: "tag" });
    if (value === "error") expect(outcome(tag)).toBe("FailedOperation.ResourceTagProcessing");
    else expect(tag().FailedResources).toHaveLength(value === "failed-resource" ? 1 : 0);
    expect(b.look(copy, BEIJING)?.["Tags"]).toHaveLength(value === "allowed" ? 1 : 0);
    b.tick(31 * MINUTE);
    expect(tag().FailedResources).toEqual([]);
  },
  renameWhileSyncing(value, b) {
    const { copy } = syncing(b);
    const rename = () => b.call("ModifyImageAttribute", { ImageId: copy, ImageName: "n" }, BEIJING);
    expect(outcome(rename)).toBe(value === "allowed" ? "ok" : "InvalidImageId.IncorrectState");
    b.tick(31 * MINUTE);
    expect(outcome(rename)).toBe("ok");
  },
  copyTagsCarriedOver(value, b) {
    const { copy } = syncing(b);
    expect(b.look(copy, BEIJING)).toMatchObject({ Tags: value === "yes" ? [{ Key: "a", Value: "1" }] : [] });
  },
  descriptionCarriedOver(value, b) {
    const { copy } = syncing(b);
    expect(b.look(copy, BEIJING)).toMatchObject({ ImageDescription: value === "yes" ? "d" : "" });
  },
  tagsVisibleAfterMs(value, b) {
    const { copy } = syncing(b);
    b.call("TagResources", tagCopy(copy), { service: "tag" });
    const tags = () => b.look(copy, BEIJING)?.["Tags"];
    expect(tags()).toHaveLength(value === 0 ? 1 : 0);
    expect(b.call("GetResources", {}, { service: "tag" }).ResourceTagMappingList).toHaveLength(2);
    b.tick(value);
    expect(tags()).toHaveLength(1);
  },
  copyVisibleAfterMs(value, b) {
    const { copy } = syncing(b);
    expect(b.look(copy, BEIJING) === undefined).toBe(value > 0);
    b.tick(value);
    expect(b.look(copy, BEIJING)).toBeDefined();
  },
  describeOrder(value, b) {
    const one = b.image({ name: "1" });
    const two = b.image({ name: "2" });
    const Filters = [{ Name: "image-type", Values: ["PRIVATE_IMAGE"] }];
    const set = b.call("DescribeImages", { Filters }).ImageSet;
    expect(set.map((image) => image.ImageId)).toEqual(value === "newest" ? [two, one] : [one, two]);
  },
  syncPercentOnNormal(value, b) {
    const { copy } = syncing(b);
    expect(b.look(copy, BEIJING)).toMatchObject({ SyncPercent: 0 });
    b.tick(31 * MINUTE);
    expect(b.look(copy, BEIJING)).toMatchObject({ SyncPercent: value === "null" ? null : value });
  },
  imageSetMissingEntries(value, b) {
    const copies = sync(b, b.image(), ["ap-beijing", "ap-shanghai"]);
    expect(Object.keys(copies)).toHaveLength({ none: 2, last: 1, all: 0 }[value]);
    for (const region of ["ap-beijing", "ap-shanghai"]) {
      expect(b.call("DescribeImages", {}, { region }).TotalCount).toBe(3);
    }
  },
  sharedImageTagsVisible(value, b) {
    const imageId = b.image({ account: GOLDEN.uin, tags: { a: "1" } });
    shareImage(b.world, { region: "ap-guangzhou", imageId }, [MAIN.uin]);
    expect(b.look(imageId)?.["Tags"]).toHaveLength(value === "yes" ? 1 : 0);
    expect(b.look(imageId, { account: GOLDEN })?.["Tags"]).toHaveLength(1);
    const byTag = b.call("DescribeImages", { Filters: [{ Name: "tag:a", Values: ["1"] }] });
    expect(byTag.TotalCount).toBe(value === "yes" ? 1 : 0);
  },
  failedCopyState(value, b) {
    b.world.switches.uniqueNames = "late";
    b.image({ region: "ap-beijing", name: "source" });
    const { copy } = syncing(b);
    b.tick(31 * MINUTE);
    if (value === "vanishes") expect(b.look(copy, BEIJING)).toBeUndefined();
    else expect(b.look(copy, BEIJING)).toMatchObject({ ImageState: "CREATEFAILED" });
  },
  quotaCountsSyncing(value, b) {
    const one = b.image({ name: "1" });
    const two = b.image({ name: "2" });
    sync(b, one, ["ap-beijing"]);
    const second = outcome(() => sync(b, two, ["ap-beijing"]));
    expect(second).toBe(value === "yes" ? "ImageQuotaLimitExceeded" : "ok");
    b.tick(31 * MINUTE);
    expect(outcome(() => sync(b, b.image({ name: "3" }), ["ap-beijing"]))).toBe("ImageQuotaLimitExceeded");
  },
  modifyWhileShared(value, b) {
    const imageId = b.image();
    shareImage(b.world, { region: "ap-guangzhou", imageId }, [GOLDEN.uin]);
    expect(outcome(() => b.call("ModifyImageAttribute", { ImageId: imageId, ImageFamily: "f" }))).toBe(
      value === "allowed" ? "ok" : "UnsupportedOperation.SharedImageModifyUnsupported",
    );
  },
  shareWithBadAccount(value, b) {
    const ImageId = b.image();
    const share = { ImageId, AccountIds: [GOLDEN.uin, "100000088888"], Permission: "SHARE" };
    expect(outcome(() => b.call("ModifyImageSharePermission", share))).toBe("InvalidAccountId.NotFound");
    const shared = b.call("DescribeImageSharePermission", { ImageId }).SharePermissionSet;
    expect(shared).toHaveLength(value === "others" ? 1 : 0);
  },
  badAccountNamed(value, b) {
    const share = { ImageId: b.image(), AccountIds: ["100000088888"], Permission: "SHARE" };
    const text = value === "yes" ? "The account `100000088888` is not found" : "An account is not found";
    expect(() => b.call("ModifyImageSharePermission", share)).toThrow(text);
  },
  shareTwice(value, b) {
    const share = { ImageId: b.image(), AccountIds: [GOLDEN.uin], Permission: "SHARE" };
    b.call("ModifyImageSharePermission", share);
    expect(outcome(() => b.call("ModifyImageSharePermission", share))).toBe(
      value === "ignored" ? "ok" : "FailedOperation.AccountAlreadyExists",
    );
  },
  familyPointsTo(value, b) {
    const first = b.image({ name: "1", family: "f" });
    b.tick(MINUTE);
    const second = b.image({ name: "2" });
    b.call("ModifyImageAttribute", { ImageId: second, ImageFamily: "f" });
    b.tick(MINUTE);
    const third = b.image({ name: "3", family: "f" });
    b.call("ModifyImageAttribute", { ImageId: second, ImageFamily: "f" });
    const expected = { newest: third, "newest-modified": second, first }[value];
    expect(b.call("DescribeImageFromFamily", { ImageFamily: "f" }).Image?.ImageId).toBe(expected);
  },
  familySkipsDeprecated(value, b) {
    const first = b.image({ name: "1", family: "f" });
    b.tick(MINUTE);
    const second = b.image({ name: "2", family: "f", deprecated: true });
    const expected = value === "yes" ? first : second;
    expect(b.call("DescribeImageFromFamily", { ImageFamily: "f" }).Image?.ImageId).toBe(expected);
  },
  emptyFamily(value, b) {
    const imageId = b.image({ family: "f" });
    b.call("ModifyImageAttribute", { ImageId: imageId, ImageFamily: "" });
    expect(b.look(imageId)).toMatchObject({ ImageFamily: value === "clears" ? "" : "f" });
  },
  familyCarriedOver(value, b) {
    const copy = sync(b, b.image({ family: "f" }), ["ap-beijing"])["ap-beijing"] ?? "";
    expect(b.look(copy, BEIJING)).toMatchObject({ ImageFamily: value === "yes" ? "f" : "" });
  },
  deleteFailedImages(value, b) {
    for (const state of ["CREATEFAILED", "IMPORTFAILED"] as const)
      expect(outcome(() => b.call("DeleteImages", { ImageIds: [b.image({ state })] }))).toBe(
        value === "allowed" ? "ok" : "InvalidImageId.IncorrectState",
      );
    expect(outcome(() => b.call("DeleteImages", { ImageIds: [b.image()] }))).toBe("ok");
  },
  auditRecords(value, b) {
    const ids = [b.image(), b.image()];
    b.call("DeleteImages", { ImageIds: ids });
    const { subject, resource, data } = b.world.events.at(-1)?.event ?? {};
    const named = (region: string, project = "") =>
      ids.map((id) => `qcs:${project}:cvm:${region}:uin/${MAIN.uin}:image/${id}`);
    if (value === "complete") {
      expect({ subject, resource }).toEqual({ subject: ids[0], resource: named("ap-guangzhou") });
      expect(data).toMatchObject({ resourceName: ids[0], requestParameters: JSON.stringify({ ImageIds: ids }) });
      expect(data?.responseElements).toContain("RequestId");
      return;
    }
    expect({ subject, resource }).toEqual({ subject: "", resource: [] });
    expect(data).not.toHaveProperty("responseElements");
    const isNamed = value === "names-only";
    expect(data).toMatchObject({
      requestParameters: "",
      resources: JSON.stringify(isNamed ? ["*"] : named("gz", "id/1250000000")),
      resourceName: isNamed ? ids.map((id) => `image/${id}`).join("|") : "",
    });
  },
  ...COS_CASES,
  ...IDENTITY_CASES,
  ...EVENT_CASES,
  ...SCF_CASES,
};

describe("every switch, with every value", () => {
  for (const name of Object.keys(ALL_SWITCHES) as SwitchName[]) {
    it.each([...ALL_SWITCHES[name].values])(`${name} = %s`, (value) => {
      const b = bench({ quota: name === "quotaCountsSyncing" ? 1 : 500, switches: { [name]: value } });
      (CASES[name] as (value: unknown, b: Bench) => void)(value, b);
    });
  }
});

describe("switches as text", () => {
  it("has the first value of each switch as its default", () => {
    for (const [name, spec] of Object.entries(ALL_SWITCHES)) {
      expect(defaultSwitches()[name as SwitchName]).toBe(spec.values[0]);
      expect(spec.about).toMatch(/\.$/);
    }
  });

  it("accepts numbers as text, as on a command line", () => {
    expect(parseSwitches({ tagsVisibleAfterMs: "250", syncPercentOnNormal: "100", uniqueNames: "off" })).toEqual({
      tagsVisibleAfterMs: 250,
      syncPercentOnNormal: 100,
      uniqueNames: "off",
    });
  });

  it("accepts negative numbers where they have a meaning", () => {
    expect(parseSwitches({ cosClockSkewMs: "-5" })).toEqual({ cosClockSkewMs: -5 });
  });

  it("reports every problem at once, with the allowed values", () => {
    const error = caught(() =>
      parseSwitches({ colour: "red", uniqueNames: "maybe", copyVisibleAfterMs: -1, toString: 1 }),
    );
    expect(error).toBeInstanceOf(EmulatorInputError);
    const { message } = error as Error;
    expect(message).toContain("switch colour: unknown; allowed: sourceBusyWhileCopying");
    expect(message).toContain('switch uniqueNames: "maybe" is not allowed; allowed: on-modify, off, everywhere, late');
    expect(message).toContain("switch copyVisibleAfterMs: -1 is not allowed; allowed: a number of milliseconds");
    expect(message).toContain("switch toString: unknown");
  });
});
