// Events as CloudAudit is documented to send them, to be compared with the patterns of rules. Nothing receives them.

const record = (event: { product: string; call: string; name: string; resource: string }) => ({
  specversion: "1.0",
  id: "00000000-0000-0000-0000-000000000000",
  source: `${event.product}.cloud.tencent`,
  type: `${event.product}:CloudEvent:${event.call}`,
  subject: event.resource,
  time: "1763719500146",
  region: "ap-guangzhou",
  resource: [],
  datacontenttype: "application/json;charset=utf-8",
  tags: {},
  data: {
    eventName: event.name,
    eventType: event.call,
    actionType: "Write",
    resourceType: event.product,
    eventRegion: "ap-shanghai",
    errorCode: 0,
    apiErrorCode: "",
  },
});

const image = (name: string, call: string) => record({ product: "cvm", call, name, resource: "img-00000000" });

/** A new image, made by a call and in the console: the events that must arrive. By what they are. */
export const CREATE_EVENTS = {
  "CreateImage by API": image("CreateImage", "ApiCall"),
  "CreateImage in the console": image("CreateImage", "ConsoleCall"),
  "ImportImage by API": image("ImportImage", "ApiCall"),
  "ModifyImageAttribute by API": image("ModifyImageAttribute", "ApiCall"),
} as const;

/** A changed tag. */
export const TAG_EVENTS = {
  "TagResources by API": record({ product: "tag", call: "ApiCall", name: "TagResources", resource: "" }),
} as const;
