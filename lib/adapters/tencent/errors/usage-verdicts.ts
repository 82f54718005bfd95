import { REPORT, retryUnknown, terminalUnknown, type Verdict } from "./verdict.ts";

const odd = (text: string): Verdict => terminalUnknown("call", text, REPORT);
const gone = (text: string): Verdict => retryUnknown("call", text);

/**
 * What only the actions that tell the users of an image document: cvm 2017-03-12 DescribeInstances,
 * DescribeLaunchTemplates, DescribeLaunchTemplateVersions; as 2018-04-19 DescribeLaunchConfigurations. They only read;
 * of SyncImages their codes say nothing. Most are about filters, which are not used.
 */
export const USE_VERDICTS: Readonly<Record<string, Verdict>> = {
  "FailedOperation.IllegalTagValue": odd("a tag value is not valid"),
  "FailedOperation.TagKeyReserved": odd("a tag key is reserved"),
  "InvalidHostId.Malformed": odd("a host id is malformed"),
  "InvalidInstanceId.Malformed": odd("an instance id is malformed"),
  "InvalidParameterValue.IPAddressMalformed": odd("an address is malformed"),
  "InvalidParameterValue.IPv6AddressMalformed": odd("an address is malformed"),
  "InvalidParameterValue.InstanceIdMalformed": odd("an instance id is malformed"),
  "InvalidParameterValue.InvalidIpFormat": odd("an address is malformed"),
  "InvalidParameterValue.InvalidTimeFormat": odd("a time is malformed"),
  "InvalidParameterValue.InvalidVagueName": odd("a name is not valid"),
  "InvalidParameterValue.SubnetIdMalformed": odd("a subnet id is malformed"),
  "InvalidParameterValue.UuidMalformed": odd("a UUID is malformed"),
  "InvalidParameterValue.VpcIdMalformed": odd("a network id is malformed"),
  "InvalidSecurityGroupId.NotFound": odd("there is no such security group"),
  "InvalidSgId.Malformed": odd("a security group id is malformed"),
  "ResourceNotFound.HpcCluster": odd("there is no such cluster"),

  InvalidParameterCombination: odd("these parameters exclude each other"),
  "InvalidParameterValue.InvalidLaunchTemplateName": odd("the name of a launch template is not valid"),
  "InvalidParameterValue.LaunchTemplateIdMalformed": odd("the id of a launch template is malformed"),
  "InvalidParameterValue.LaunchTemplateIdNotExisted": gone("there is no such launch template (any more)"),
  "InvalidParameterValue.LaunchTemplateIdVerNotExisted": gone("there is no such launch template version (any more)"),
  "InvalidParameterValue.LaunchTemplateNotFound": gone("there is no such launch template (any more)"),
  "InvalidParameterValue.LaunchTemplateVersion": odd("the version of a launch template is not valid"),
  "InvalidParameterValue.NotSupported": odd("a value is not supported"),

  InvalidLaunchConfiguration: odd("a launch configuration is not valid"),
  InvalidLaunchConfigurationId: odd("the id of a launch configuration is not valid"),
  "InvalidParameter.ActionNotFound": odd("no such action"),
  InvalidParameterConflict: odd("these parameters exclude each other"),
  "InvalidParameterValue.InvalidFilter": odd("a filter is not valid"),
  "InvalidParameterValue.InvalidLaunchConfigurationId": odd("the id of a launch configuration is not valid"),
  "InvalidParameterValue.TooLong": odd("a value is too long"),
  InvalidPermission: terminalUnknown(
    "account",
    "the account may not use Auto Scaling",
    "Let the service be opened for the account in its console, and grant the action in CAM.",
  ),
};
