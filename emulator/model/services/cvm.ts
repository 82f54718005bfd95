// The API of cvm 2017-03-12 after the vendor's model (tencentcloud-cli 6e53beb, 2026-08-21), made by ../generate.ts.
export const cvm = {
  version: "2017-03-12",
  actions: {
    DescribeImages: {
      input: { ImageIds: "string[]?", Filters: "Filter[]?", Offset: "int?", Limit: "int?", InstanceType: "string?" },
      output: { ImageSet: "Image[]", TotalCount: "int" },
    },
    CreateImage: {
      input: {
        ImageName: "string", InstanceId: "string?", ImageDescription: "string?", ForcePoweroff: "string?",
        Sysprep: "string?", DataDiskIds: "string[]?", SnapshotIds: "string[]?", DryRun: "bool?",
        TagSpecification: "TagSpecification[]?", ImageFamily: "string?",
      },
      output: { ImageId: "string" },
    },
    ImportImage: {
      input: {
        Architecture: "string", OsType: "string", OsVersion: "string", ImageUrl: "string", ImageName: "string",
        ImageDescription: "string?", DryRun: "bool?", Force: "bool?", TagSpecification: "TagSpecification[]?",
        LicenseType: "string?", BootMode: "string?", ImageFamily: "string?",
        ImportImageDataDiskList: "ImportImageDataDisk[]?",
      },
      output: { ImageId: "string?" },
    },
    SyncImages: {
      input: {
        ImageIds: "string[]", DestinationRegions: "string[]", DryRun: "bool?", ImageName: "string?",
        ImageSetRequired: "bool?", Encrypt: "bool?", KmsKeyId: "string?",
      },
      output: { ImageSet: "SyncImage[]" },
    },
    DeleteImages: {
      input: { ImageIds: "string[]", DeleteBindedSnap: "bool?", DryRun: "bool?" },
      output: {},
    },
    ModifyImageAttribute: {
      input: {
        ImageId: "string", ImageName: "string?", ImageDescription: "string?", ImageFamily: "string?",
        ImageDeprecated: "bool?",
      },
      output: {},
    },
    ModifyImageSharePermission: {
      input: { ImageId: "string", AccountIds: "string[]", Permission: "string" },
      output: {},
    },
    DescribeImageSharePermission: {
      input: { ImageId: "string" },
      output: { SharePermissionSet: "SharePermission[]" },
    },
    DescribeImageQuota: {
      input: {},
      output: { ImageNumQuota: "int" },
    },
    DescribeImageFromFamily: {
      input: { ImageFamily: "string?" },
      output: { Image: "Image|null?" },
    },
    DescribeRegions: {
      input: {},
      output: { TotalCount: "int", RegionSet: "RegionInfo[]" },
    },
    DescribeInstances: {
      input: { InstanceIds: "string[]?", Filters: "Filter[]?", Offset: "int?", Limit: "int?" },
      output: { TotalCount: "int", InstanceSet: "Instance[]" },
    },
    DescribeLaunchTemplates: {
      input: { LaunchTemplateIds: "string[]?", Filters: "Filter[]?", Offset: "int?", Limit: "int?" },
      output: { TotalCount: "int", LaunchTemplateSet: "LaunchTemplateInfo[]" },
    },
    DescribeLaunchTemplateVersions: {
      input: {
        LaunchTemplateId: "string", LaunchTemplateVersions: "int[]?", MinVersion: "int?", MaxVersion: "int?",
        Offset: "int?", Limit: "int?", DefaultVersion: "bool?",
      },
      output: { TotalCount: "int", LaunchTemplateVersionSet: "LaunchTemplateVersionInfo[]" },
    },
  },
  inputs: {
    Filter: { Name: "string", Values: "string[]" },
    ImportImageDataDisk: { ImageUrl: "string" },
    Tag: { Key: "string", Value: "string" },
    TagSpecification: { ResourceType: "string", Tags: "Tag[]" },
  },
  outputs: {
    ActionTimer: {
      TimerAction: "string", ActionTime: "string", Externals: "Externals", ActionTimerId: "string", Status: "string",
      InstanceId: "string",
    },
    CpuTopology: { CoreCount: "int|null?", ThreadPerCore: "int|null?" },
    DataDisk: {
      DiskSize: "int", DiskType: "string", DiskId: "string?", DeleteWithInstance: "bool", SnapshotId: "string?",
      Encrypt: "bool", KmsKeyId: "string|null", ThroughputPerformance: "int|null?", CdcId: "string|null?",
      BurstPerformance: "bool?", DiskName: "string?",
    },
    EnhancedService: {
      SecurityService: "RunSecurityServiceEnabled", MonitorService: "RunMonitorServiceEnabled",
      AutomationService: "RunAutomationServiceEnabled",
    },
    Externals: { ReleaseAddress: "bool?", UnsupportNetworks: "string[]?", StorageBlockAttr: "StorageBlock?" },
    GPUInfo: { GPUCount: "float", GPUId: "string[]", GPUType: "string" },
    Image: {
      ImageId: "string", OsName: "string", ImageType: "string", CreatedTime: "string", ImageName: "string",
      ImageDescription: "string", ImageSize: "int", Architecture: "string", ImageState: "string", Platform: "string",
      ImageCreator: "string", ImageSource: "string", SyncPercent: "int|null", IsSupportCloudinit: "bool",
      SnapshotSet: "Snapshot[]", Tags: "Tag[]", LicenseType: "string", ImageFamily: "string?", ImageDeprecated: "bool?",
      CdcCacheStatus: "string?",
    },
    Instance: {
      Placement: "Placement", InstanceId: "string", InstanceType: "string", CPU: "int", Memory: "int",
      RestrictState: "string", InstanceName: "string", InstanceChargeType: "string", SystemDisk: "SystemDisk",
      DataDisks: "DataDisk[]", PrivateIpAddresses: "string[]", PublicIpAddresses: "string[]|null",
      InternetAccessible: "InternetAccessible", VirtualPrivateCloud: "VirtualPrivateCloud", ImageId: "string",
      RenewFlag: "string", CreatedTime: "string", ExpiredTime: "string", OsName: "string", SecurityGroupIds: "string[]",
      LoginSettings: "LoginSettings", InstanceState: "string", Tags: "Tag[]", StopChargingMode: "string",
      Uuid: "string", LatestOperation: "string|null", LatestOperationState: "string|null",
      LatestOperationRequestId: "string|null", IPv6Addresses: "string[]|null", CamRoleName: "string|null",
      HpcClusterId: "string", RdmaIpAddresses: "string[]|null", DedicatedClusterId: "string", IsolatedSource: "string",
      DisasterRecoverGroupIds: "string[]", GPUInfo: "GPUInfo?", LicenseType: "string", DisableApiTermination: "bool",
      DefaultLoginUser: "string", DefaultLoginPort: "int", LatestOperationErrorMsg: "string|null",
      Metadata: "Metadata?", PublicIPv6Addresses: "string[]?", CpuTopology: "CpuTopology?", PartitionNumber: "int?",
    },
    InstanceChargePrepaid: { Period: "int", RenewFlag: "string" },
    InstanceMarketOptionsRequest: { SpotOptions: "SpotMarketOptions", MarketType: "string" },
    InternetAccessible: {
      InternetChargeType: "string", InternetMaxBandwidthOut: "int", PublicIpAssigned: "bool?",
      BandwidthPackageId: "string?", InternetServiceProvider: "string?", IPv4AddressType: "string?",
      IPv6AddressType: "string?", AntiDDoSPackageId: "string?",
    },
    LaunchTemplateInfo: {
      LatestVersionNumber: "int", LaunchTemplateId: "string", LaunchTemplateName: "string", DefaultVersionNumber: "int",
      LaunchTemplateVersionCount: "int", CreatedBy: "string", CreationTime: "string",
    },
    LaunchTemplateVersionData: {
      Placement: "Placement", InstanceType: "string", InstanceName: "string", InstanceChargeType: "string",
      SystemDisk: "SystemDisk", DataDisks: "DataDisk[]?", InternetAccessible: "InternetAccessible",
      VirtualPrivateCloud: "VirtualPrivateCloud", ImageId: "string", SecurityGroupIds: "string[]",
      LoginSettings: "LoginSettings?", CamRoleName: "string?", HpcClusterId: "string?", InstanceCount: "int",
      EnhancedService: "EnhancedService", UserData: "string?", DisasterRecoverGroupIds: "string[]?",
      ActionTimer: "ActionTimer?", InstanceMarketOptions: "InstanceMarketOptionsRequest?", HostName: "string?",
      ClientToken: "string?", InstanceChargePrepaid: "InstanceChargePrepaid?", TagSpecification: "TagSpecification[]?",
      DisableApiTermination: "bool",
    },
    LaunchTemplateVersionInfo: {
      LaunchTemplateVersion: "int", LaunchTemplateVersionData: "LaunchTemplateVersionData", CreationTime: "string",
      LaunchTemplateId: "string", IsDefaultVersion: "bool", LaunchTemplateVersionDescription: "string",
      CreatedBy: "string",
    },
    LoginSettings: { Password: "string?", KeyIds: "string[]|null?", KeepImageLogin: "string?" },
    Metadata: { Items: "MetadataItem[]?" },
    MetadataItem: { Key: "string?", Value: "string?" },
    Placement: {
      Zone: "string", ProjectId: "int", HostIds: "string[]?", HostId: "string?",
      DedicatedResourcePackTenancy: "string?", DedicatedResourcePackIds: "string[]?", RackId: "string?",
    },
    RegionInfo: { Region: "string", RegionName: "string", RegionState: "string" },
    RunAutomationServiceEnabled: { Enabled: "bool" },
    RunMonitorServiceEnabled: { Enabled: "bool" },
    RunSecurityServiceEnabled: { Enabled: "bool" },
    SharePermission: { CreatedTime: "string", AccountId: "string" },
    Snapshot: { SnapshotId: "string", DiskUsage: "string", DiskSize: "int" },
    SpotMarketOptions: { MaxPrice: "string?", SpotInstanceType: "string?" },
    StorageBlock: { Type: "string", MinSize: "int", MaxSize: "int" },
    SyncImage: { ImageId: "string?", Region: "string?" },
    SystemDisk: {
      DiskType: "string", DiskId: "string?", DiskSize: "int", CdcId: "string|null?", DiskName: "string?",
      Encrypt: "bool", KmsKeyId: "string",
    },
    Tag: { Key: "string", Value: "string" },
    TagSpecification: { ResourceType: "string", Tags: "Tag[]" },
    VirtualPrivateCloud: {
      VpcId: "string", SubnetId: "string", AsVpcGateway: "bool", PrivateIpAddresses: "string[]?",
      Ipv6AddressCount: "int?",
    },
  },
} as const;
