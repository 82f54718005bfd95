import type {
  DescribeInstancesRequest,
  DescribeInstancesResponse,
  Instance,
} from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_models.js";
import { usersOf } from "../../world/image-users.ts";
import type { ImageUser } from "../../world/types.ts";
import { type Answer, CVM, defineAction } from "../shared/define-action.ts";
import { isoTime } from "../shared/image-view.ts";
import { chosen, type Listing, NOTHING, pageOf } from "../shared/pagination.ts";
import { integer, required, string, strings } from "../shared/parameters.ts";

const zoneOf = (region: string) => `${region}-1`;
const STATE = "RUNNING";
const CHARGE_TYPE = "POSTPAID_BY_HOUR";

/** The documented filters but the two for creation times. There is none for the image that an instance runs from. */
const LISTING: Listing = {
  filters: {
    "instance-id": ({ id }, value) => id === value,
    "instance-name": ({ name }, value) => name === value,
    "instance-state": (_, value) => value === STATE,
    "instance-charge-type": (_, value) => value === CHARGE_TYPE,
    zone: ({ region }, value) => value === zoneOf(region),
    "project-id": (_, value) => value === "0",
    "host-id": NOTHING,
    "dedicated-cluster-id": NOTHING,
    "vpc-id": NOTHING,
    "subnet-id": NOTHING,
    uuid: NOTHING,
    "security-group-id": NOTHING,
    "private-ip-address": NOTHING,
    "public-ip-address": NOTHING,
    "ipv6-address": NOTHING,
    "tag-key": NOTHING,
    "tag-value": NOTHING,
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

/** Instances. An id that does not exist is left out. */
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
    const found = chosen(all, { ids, filters }, LISTING);
    return { TotalCount: found.length, InstanceSet: pageOf(found, Offset, Limit).map(viewInstance) };
  },
});

function viewInstance({ id, name, imageIds, region, createdAt }: ImageUser): Answer<Instance> {
  return {
    ...NOTHING_ELSE,
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

// Whatever an instance is besides, the emulator does not play.
const NOTHING_ELSE = {
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
