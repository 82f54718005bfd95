// ListBuckets (GET Service): the buckets of the account, in one region or in all.
import type { Operation } from "../operation.ts";
import { type Written, writeXml } from "../xml.ts";

export const listBuckets: Operation = {
  name: "ListBuckets",
  permission: "GetService",
  method: "GET",
  on: "service",
  run({ world, account, address }) {
    const buckets = [...world.buckets.values()]
      .filter(({ owner, region }) => owner === account.uin && (address.region || region) === region)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, region, createdAt }): Written => {
        const created = new Date(createdAt).toISOString().replace(/\.\d+/, "");
        const members: Written[] = [
          ["Name", name],
          ["Location", region],
          ["CreationDate", created],
          ["BucketType", "cos"],
        ];
        return ["Bucket", members];
      });
    const id = `qcs::cam::uin/${account.uin}:uin/${account.uin}`;
    const owner: Written[] = [
      ["ID", id],
      ["DisplayName", account.uin],
    ];
    const document: Written[] = [
      ["Owner", owner],
      ["Buckets", buckets],
    ];
    return { body: writeXml(["ListAllMyBucketsResult", document]) };
  },
};
