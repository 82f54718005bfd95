// The verdicts on error codes that only the actions which list the users of an image document.
import { retryUnknown, terminalUnknown, type Verdict } from "./verdict.ts";

/**
 * Codes of cvm 2017-03-12 DescribeInstances, DescribeLaunchTemplates and
 * DescribeLaunchTemplateVersions, and of as 2018-04-19 DescribeLaunchConfigurations, that no other
 * action in use documents. These actions only read, and their codes say nothing about SyncImages.
 * Most are about filters, which the program does not use.
 */
export const USE_VERDICTS: Readonly<Record<string, Verdict>> = {
  "FailedOperation.IllegalTagValue": terminalUnknown("call", "tag-filter-value-invalid"),
  "FailedOperation.TagKeyReserved": terminalUnknown("call", "tag-filter-key-reserved"),
  "InvalidHostId.Malformed": terminalUnknown("call", "id-malformed"),
  "InvalidInstanceId.Malformed": terminalUnknown("call", "id-malformed"),
  "InvalidParameterValue.IPAddressMalformed": terminalUnknown("call", "address-malformed"),
  "InvalidParameterValue.IPv6AddressMalformed": terminalUnknown("call", "address-malformed"),
  "InvalidParameterValue.InstanceIdMalformed": terminalUnknown("call", "id-malformed"),
  "InvalidParameterValue.InvalidIpFormat": terminalUnknown("call", "address-malformed"),
  "InvalidParameterValue.InvalidTimeFormat": terminalUnknown("call", "time-malformed"),
  "InvalidParameterValue.InvalidVagueName": terminalUnknown("call", "name-malformed"),
  "InvalidParameterValue.SubnetIdMalformed": terminalUnknown("call", "id-malformed"),
  "InvalidParameterValue.UuidMalformed": terminalUnknown("call", "id-malformed"),
  "InvalidParameterValue.VpcIdMalformed": terminalUnknown("call", "id-malformed"),
  "InvalidSecurityGroupId.NotFound": terminalUnknown("call", "security-group-unknown"),
  "InvalidSgId.Malformed": terminalUnknown("call", "id-malformed"),
  "ResourceNotFound.HpcCluster": terminalUnknown("call", "cluster-unknown"),

  InvalidParameterCombination: terminalUnknown("call", "parameters-conflict"),
  "InvalidParameterValue.InvalidLaunchTemplateName": terminalUnknown("call", "launch-template-name-invalid"),
  "InvalidParameterValue.LaunchTemplateIdMalformed": terminalUnknown("call", "id-malformed"),
  "InvalidParameterValue.LaunchTemplateIdNotExisted": retryUnknown("call", "launch-template-unknown"),
  "InvalidParameterValue.LaunchTemplateIdVerNotExisted": retryUnknown("call", "launch-template-version-unknown"),
  "InvalidParameterValue.LaunchTemplateNotFound": retryUnknown("call", "launch-template-unknown"),
  "InvalidParameterValue.LaunchTemplateVersion": terminalUnknown("call", "launch-template-version-invalid"),
  "InvalidParameterValue.NotSupported": terminalUnknown("call", "parameter-unsupported"),

  InvalidLaunchConfiguration: terminalUnknown("call", "launch-configuration-invalid"),
  InvalidLaunchConfigurationId: terminalUnknown("call", "launch-configuration-id-invalid"),
  "InvalidParameter.ActionNotFound": terminalUnknown("call", "action-unknown"),
  InvalidParameterConflict: terminalUnknown("call", "parameters-conflict"),
  "InvalidParameterValue.InvalidFilter": terminalUnknown("call", "filter-invalid"),
  "InvalidParameterValue.InvalidLaunchConfigurationId": terminalUnknown("call", "launch-configuration-id-invalid"),
  "InvalidParameterValue.TooLong": terminalUnknown("call", "parameter-too-long"),
  "LimitExceeded.FilterValuesTooLong": terminalUnknown("call", "filter-too-many-values"),
  InvalidPermission: terminalUnknown("account", "service-not-opened"),
};
