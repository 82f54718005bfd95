// The action DescribeInstances.
import { blank } from "../../model/blank.ts";
import type { Output } from "../../model/model.ts";
import { usersOf } from "../../world/image-users.ts";
import type { ImageUser } from "../../world/types.ts";
import { defineAction } from "../shared/define-action.ts";
import { isoTime } from "../shared/image-view.ts";
import { type Listing, MATCHES_NOTHING, pageOf, selectItems } from "../shared/pagination.ts";

const zoneOf = (region: string) => `${region}-1`;
const STATE = "RUNNING";
const CHARGE_TYPE = "POSTPAID_BY_HOUR";

/**
 * The documented filters except the two for creation times. The API has no filter for the image of
 * an instance.
 */
const LISTING: Listing = {
  filters: {
    "instance-id": ({ id }, value) => id === value,
    "instance-name": ({ name }, value) => name === value,
    "instance-state": (_, value) => value === STATE,
    "instance-charge-type": (_, value) => value === CHARGE_TYPE,
    zone: ({ region }, value) => value === zoneOf(region),
    "project-id": (_, value) => value === "0",
    "host-id": MATCHES_NOTHING,
    "dedicated-cluster-id": MATCHES_NOTHING,
    "vpc-id": MATCHES_NOTHING,
    "subnet-id": MATCHES_NOTHING,
    uuid: MATCHES_NOTHING,
    "security-group-id": MATCHES_NOTHING,
    "private-ip-address": MATCHES_NOTHING,
    "public-ip-address": MATCHES_NOTHING,
    "ipv6-address": MATCHES_NOTHING,
    "tag-key": MATCHES_NOTHING,
    "tag-value": MATCHES_NOTHING,
  },
  idForm: /^ins-[0-9a-z]{8}$/,
  codes: {
    both: "InvalidParameter",
    malformedId: "InvalidInstanceId.Malformed",
    tooManyIds: "InvalidParameterValue.LimitExceeded",
    unknownFilter: "InvalidFilter",
    tooManyValues: "InvalidFilterValue.LimitExceeded",
  },
};

/** Lists instances. Ids that do not exist are left out. */
export const describeInstances = defineAction(
  "cvm",
  "DescribeInstances",
  ({ world, account, region }, { InstanceIds: ids, Filters: filters, Offset, Limit }) => {
    const all = usersOf(world, account.uin, region, "instance");
    const matching = selectItems(all, { ids, filters }, LISTING);
    return { TotalCount: matching.length, InstanceSet: pageOf(matching, Offset, Limit).map(viewInstance) };
  },
);

function viewInstance({ id, name, imageIds, region, createdAt }: ImageUser): Output<"cvm", "Instance"> {
  return {
    ...blank("cvm", "Instance"),
    Placement: { Zone: zoneOf(region), ProjectId: 0 },
    InstanceId: id,
    InstanceType: "S5.MEDIUM2",
    CPU: 2,
    Memory: 2,
    RestrictState: "NORMAL",
    InstanceName: name,
    InstanceChargeType: CHARGE_TYPE,
    ImageId: imageIds[0] ?? "",
    CreatedTime: isoTime(createdAt),
    InstanceState: STATE,
  };
}
