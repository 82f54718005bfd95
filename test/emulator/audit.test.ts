// Audit events of the emulator.
import { describe, expect, it } from "vitest";
import { addFault } from "../../emulator/api/faults.ts";
import { changeImage, deleteImage, makeImages, shareImage } from "../../emulator/control/console.ts";
import { type Bench, bench, GOLDEN, MAIN } from "./support.ts";

const last = (b: Bench) => {
  const event = b.world.events.at(-1);
  if (event === undefined) throw new Error("no event");
  return event;
};

describe("audit events", () => {
  it("have the EventBridge envelope and the CloudAudit record, with nested JSON as text", () => {
    const b = bench();
    const params = { ImageName: "golden", InstanceId: "ins-abcd1234" };
    const answer = b.call("CreateImage", params) as { ImageId: string; RequestId: string };
    expect(last(b)).toEqual({
      cursor: 1,
      account: MAIN.uin,
      event: {
        specversion: "1.0",
        id: answer.RequestId,
        source: "cvm.cloud.tencent",
        type: "cvm:CloudEvent:ApiCall",
        subject: answer.ImageId,
        time: 1768464000000,
        region: "ap-guangzhou",
        resource: [`qcs::cvm:ap-guangzhou:uin/${MAIN.uin}:image/${answer.ImageId}`],
        datacontenttype: "application/json;charset=utf-8",
        tags: {},
        data: {
          userIdentity: {
            principalId: MAIN.uin,
            accountId: MAIN.uin,
            secretId: MAIN.secretId,
            sessionContext: "{}",
            type: "Root",
            userName: "root",
          },
          eventRegion: "ap-guangzhou",
          eventVersion: 2,
          errorCode: "0",
          errorMessage: "",
          requestID: answer.RequestId,
          eventID: answer.RequestId,
          apiVersion: "3.0",
          eventType: "ApiCall",
          actionType: "Write",
          httpMethod: "POST",
          apiErrorCode: 0,
          apiErrorMessage: "",
          userAgent: "SDK",
          eventTime: 1768464000,
          sourceIPAddress: "127.0.0.1",
          eventSource: "cvm.ap-guangzhou.api.tencentyun.com",
          resources: `["qcs::cvm:ap-guangzhou:uin/${MAIN.uin}:image/${answer.ImageId}"]`,
          resourceName: answer.ImageId,
          resourceSet: [],
          requestParameters: JSON.stringify(params),
          responseElements: JSON.stringify(answer),
          resourceType: "cvm",
          eventName: "CreateImage",
          sensitiveAction: "0",
          tags: [""],
        },
      },
    });
  });

  it("exist for failed writes, but not for reads, dry runs and throttled calls", () => {
    const b = bench();
    b.refusal("DeleteImages", { ImageIds: ["img-00000000"] });
    expect(last(b).event.data).toMatchObject({
      eventName: "DeleteImages",
      apiErrorCode: "InvalidImageId.NotFound",
      errorCode: "InvalidImageId.NotFound",
      responseElements: "{}",
      resourceName: "img-00000000",
    });
    b.call("DescribeImages");
    b.call("DeleteImages", { ImageIds: [b.image()], DryRun: true });
    addFault(b.world, { match: {}, effect: { kind: "error", code: "RequestLimitExceeded" } });
    b.refusal("DeleteImages", { ImageIds: [b.image()] });
    expect(b.world.events).toHaveLength(1);
  });

  it("name the source of a copy, and the ids of the copies in the response", () => {
    const b = bench();
    const imageId = b.image();
    b.call("SyncImages", { ImageIds: [imageId], DestinationRegions: ["ap-beijing"], ImageSetRequired: true });
    expect(last(b).event.subject).toBe(imageId);
    expect(last(b).event.data.responseElements).toMatch(
      /"ImageSet":\[\{"ImageId":"img-\w{8}","Region":"ap-beijing"\}\]/,
    );
  });

  it("name the called product as their source", () => {
    const b = bench();
    const ResourceList = [`qcs::cvm:ap-guangzhou:uin/:image/${b.image()}`];
    b.call("TagResources", { ResourceList, Tags: [{ TagKey: "a", TagValue: "b" }] }, { service: "tag", region: "" });
    expect(last(b).event).toMatchObject({ source: "tag.cloud.tencent", type: "tag:CloudEvent:ApiCall" });
    expect(last(b).event.data).toMatchObject({ resourceType: "tag", eventSource: "tag.api.tencentyun.com" });
  });

  it("have the type ConsoleCall for changes in the console", () => {
    const b = bench();
    const [image] = makeImages(b.world, { region: "ap-beijing", name: "by hand", account: GOLDEN.uin });
    const at = { region: "ap-beijing", imageId: image?.imageId ?? "" };
    changeImage(b.world, at, { name: "renamed", tags: { a: "1" } });
    changeImage(b.world, at, { tags: {} });
    shareImage(b.world, at, [MAIN.uin]);
    deleteImage(b.world, at);
    const seen = b.world.events.map(({ account, event }) => [account, event.type, event.data.eventName]);
    expect(seen).toEqual([
      [GOLDEN.uin, "cvm:CloudEvent:ConsoleCall", "CreateImage"],
      [GOLDEN.uin, "cvm:CloudEvent:ConsoleCall", "ModifyImageAttribute"],
      [GOLDEN.uin, "tag:CloudEvent:ConsoleCall", "TagResources"],
      [GOLDEN.uin, "tag:CloudEvent:ConsoleCall", "UnTagResources"],
      [GOLDEN.uin, "cvm:CloudEvent:ConsoleCall", "ModifyImageSharePermission"],
      [GOLDEN.uin, "cvm:CloudEvent:ConsoleCall", "DeleteImages"],
    ]);
  });
});
