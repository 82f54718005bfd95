import type {
  DescribeInstancesRequest,
  DescribeInstancesResponse,
  Instance,
} from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_models.js";
import { type Answer, CVM, defineAction } from "../action.ts";
import { isoTime } from "../image-view.ts";
import { chosen, pageOf } from "../page.ts";
import { type ImageUser, usersOf } from "../users.ts";
import { integer, required, string, strings } from "../validate.ts";

/** Instances. There is no filter for the image that they run from. */
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
  run({ world, account, region }, { InstanceIds: ids = [], Filters: filters = [], Offset, Limit }) {
    const all = usersOf(world, account.uin, region, "instance");
    const found = chosen(all, ids, filters, "instance-name");
    return { TotalCount: found.length, InstanceSet: pageOf(found, Offset, Limit).map(viewInstance) };
  },
});

function viewInstance({ id, name, imageIds, region, createdAt }: ImageUser): Answer<Instance> {
  return {
    ...NOTHING_ELSE,
    InstanceId: id,
    InstanceName: name,
    ImageId: imageIds[0] ?? null,
    InstanceState: "RUNNING",
    CreatedTime: isoTime(createdAt),
    Placement: { ...NO_PLACEMENT, Zone: `${region}-1` },
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
  InstanceChargeType: "POSTPAID_BY_HOUR",
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
