// The action DescribeInstances.
import type {
  DescribeInstancesRequest,
  DescribeInstancesResponse,
  Instance,
} from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_models.js";
import { usersOf } from "../../world/image-users.ts";
import type { ImageUser } from "../../world/types.ts";
import { type Answer, CVM, defineAction } from "../shared/define-action.ts";
import { isoTime } from "../shared/image-view.ts";
import { type Listing, MATCHES_NOTHING, pageOf, selectItems } from "../shared/pagination.ts";
import { integer, required, string, strings } from "../shared/parameters.ts";

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
export const describeInstances = defineAction<DescribeInstancesRequest, DescribeInstancesResponse>({
  ...CVM,
  name: "DescribeInstances",
  write: false,
  rules: {
    InstanceIds: strings,
    Filters: {
      type: "array",
      items: { type: "object", fields: { Name: required(string), Values: required(strings) } },
    },
    Offset: integer,
    Limit: integer,
  },
  run({ world, account, region }, { InstanceIds: ids, Filters: filters, Offset, Limit }) {
    const all = usersOf(world, account.uin, region, "instance");
    const matching = selectItems(all, { ids, filters }, LISTING);
    return { TotalCount: matching.length, InstanceSet: pageOf(matching, Offset, Limit).map(viewInstance) };
  },
});

function viewInstance({ id, name, imageIds, region, createdAt }: ImageUser): Answer<Instance> {
  return {
    ...UNSET_FIELDS,
    InstanceId: id,
    InstanceName: name,
    ImageId: imageIds[0] ?? null,
    InstanceState: STATE,
    CreatedTime: isoTime(createdAt),
    Placement: { ...NO_PLACEMENT, Zone: zoneOf(region) },
  };
}

const NO_PLACEMENT = {
  DedicatedResourcePackTenancy: null,
  DedicatedResourcePackIds: null,
  RackId: null,
  Zone: null,
  ProjectId: 0,
  HostIds: null,
  HostId: null,
};

// Fields of struct Instance that the emulator does not model.
const UNSET_FIELDS = {
  Placement: null,
  InstanceId: null,
  InstanceType: "S5.MEDIUM2",
  CPU: 2,
  Memory: 2,
  RestrictState: "NORMAL",
  InstanceName: null,
  InstanceChargeType: CHARGE_TYPE,
  SystemDisk: null,
  DataDisks: null,
  PrivateIpAddresses: null,
  PublicIpAddresses: null,
  InternetAccessible: null,
  VirtualPrivateCloud: null,
  ImageId: null,
  RenewFlag: null,
  CreatedTime: null,
  ExpiredTime: null,
  OsName: null,
  SecurityGroupIds: null,
  LoginSettings: null,
  InstanceState: null,
  Tags: null,
  StopChargingMode: null,
  Uuid: null,
  LatestOperation: null,
  LatestOperationState: null,
  LatestOperationRequestId: null,
  DisasterRecoverGroupId: null,
  IPv6Addresses: null,
  CamRoleName: null,
  HpcClusterId: null,
  RdmaIpAddresses: null,
  DedicatedClusterId: null,
  IsolatedSource: null,
  DisasterRecoverGroupIds: null,
  GPUInfo: null,
  LicenseType: null,
  DisableApiTermination: null,
  HostName: null,
  DefaultLoginUser: null,
  DefaultLoginPort: null,
  LatestOperationErrorMsg: null,
  EnableJumboFrame: null,
  Metadata: null,
  PublicIPv6Addresses: null,
  CpuTopology: null,
  PartitionNumber: null,
} satisfies Answer<Instance>;
