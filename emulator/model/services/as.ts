// The API of as 2018-04-19 after the vendor's model (tencentcloud-cli 6e53beb, 2026-08-21), made by ../generate.ts.
export const as = {
  version: "2018-04-19",
  actions: {
    DescribeLaunchConfigurations: {
      input: { LaunchConfigurationIds: "string[]?", Filters: "Filter[]?", Limit: "int?", Offset: "int?" },
      output: { TotalCount: "int", LaunchConfigurationSet: "LaunchConfiguration[]" },
    },
  },
  inputs: {
    Filter: { Name: "string", Values: "string[]" },
  },
  outputs: {
    AutoScalingGroupAbstract: { AutoScalingGroupId: "string", AutoScalingGroupName: "string" },
    DataDisk: {
      DiskType: "string", DiskSize: "int", SnapshotId: "string|null?", DeleteWithInstance: "bool|null?",
      Encrypt: "bool|null?", ThroughputPerformance: "int|null?", BurstPerformance: "bool|null?",
    },
    EnhancedService: {
      SecurityService: "RunSecurityServiceEnabled?", MonitorService: "RunMonitorServiceEnabled?",
      AutomationToolsService: "RunAutomationServiceEnabled?",
    },
    HostNameSettings: {
      HostName: "string|null", HostNameStyle: "string|null", HostNameSuffix: "string|null",
      HostNameDelimiter: "string?",
    },
    IPv6InternetAccessible: {
      InternetChargeType: "string|null?", InternetMaxBandwidthOut: "int|null?", BandwidthPackageId: "string|null?",
    },
    InstanceChargePrepaid: { Period: "int", RenewFlag: "string" },
    InstanceMarketOptionsRequest: { SpotOptions: "SpotMarketOptions", MarketType: "string" },
    InstanceNameSettings: {
      InstanceName: "string", InstanceNameStyle: "string", InstanceNameSuffix: "string|null",
      InstanceNameDelimiter: "string?",
    },
    InstanceTag: { Key: "string", Value: "string" },
    InternetAccessible: {
      InternetChargeType: "string|null", InternetMaxBandwidthOut: "int|null", PublicIpAssigned: "bool|null",
      BandwidthPackageId: "string|null", InternetServiceProvider: "string?", IPv4AddressType: "string?",
      AntiDDoSPackageId: "string?", IsKeepEIP: "bool?",
    },
    LaunchConfiguration: {
      ProjectId: "int", LaunchConfigurationId: "string", LaunchConfigurationName: "string", InstanceType: "string",
      SystemDisk: "SystemDisk", DataDisks: "DataDisk[]", LoginSettings: "LimitedLoginSettings",
      InternetAccessible: "InternetAccessible", SecurityGroupIds: "string[]",
      AutoScalingGroupAbstractSet: "AutoScalingGroupAbstract[]", UserData: "string|null", CreatedTime: "string",
      EnhancedService: "EnhancedService", ImageId: "string", LaunchConfigurationStatus: "string",
      InstanceChargeType: "string", InstanceMarketOptions: "InstanceMarketOptionsRequest|null",
      InstanceTypes: "string[]", InstanceTags: "InstanceTag[]", Tags: "Tag[]", VersionNumber: "int",
      UpdatedTime: "string", CamRoleName: "string", LastOperationInstanceTypesCheckPolicy: "string",
      HostNameSettings: "HostNameSettings", InstanceNameSettings: "InstanceNameSettings",
      InstanceChargePrepaid: "InstanceChargePrepaid", DiskTypePolicy: "string", HpcClusterId: "string",
      IPv6InternetAccessible: "IPv6InternetAccessible", DisasterRecoverGroupIds: "string[]", ImageFamily: "string",
      DedicatedClusterId: "string",
    },
    LimitedLoginSettings: { KeyIds: "string[]" },
    RunAutomationServiceEnabled: { Enabled: "bool|null?" },
    RunMonitorServiceEnabled: { Enabled: "bool" },
    RunSecurityServiceEnabled: { Enabled: "bool" },
    SpotMarketOptions: { MaxPrice: "string", SpotInstanceType: "string?" },
    SystemDisk: { DiskType: "string", DiskSize: "int" },
    Tag: { Key: "string", Value: "string", ResourceType: "string" },
  },
} as const;
