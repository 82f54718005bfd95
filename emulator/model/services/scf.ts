// The API of scf 2018-04-16 after the vendor's model (tencentcloud-cli 6e53beb, 2026-08-21), made by ../generate.ts.
export const scf = {
  version: "2018-04-16",
  actions: {
    CreateFunction: {
      input: {
        FunctionName: "string", Code: "Code", Handler: "string?", Description: "string?", MemorySize: "int?",
        Timeout: "int?", Environment: "Environment?", Runtime: "string?", VpcConfig: "VpcConfig?", Namespace: "string?",
        Role: "string?", InstallDependency: "string?", ClsLogsetId: "string?", ClsTopicId: "string?", Type: "string?",
        CodeSource: "string?", Layers: "LayerVersionSimple[]?", DeadLetterConfig: "DeadLetterConfig?",
        PublicNetConfig: "PublicNetConfigIn?", CfsConfig: "CfsConfig?", InitTimeout: "int?", Tags: "Tag[]?",
        AsyncRunEnable: "string?", TraceEnable: "string?", AutoDeployClsTopicIndex: "string?",
        AutoCreateClsTopic: "string?", ProtocolType: "string?", ProtocolParams: "ProtocolParams?",
        InstanceConcurrencyConfig: "InstanceConcurrencyConfig?", DnsCache: "string?",
        IntranetConfig: "IntranetConfigIn?",
      },
      output: {},
    },
    GetFunction: {
      input: { FunctionName: "string?", Qualifier: "string?", Namespace: "string?", ShowCode: "string?" },
      output: {
        ModTime: "string", CodeInfo: "string", Description: "string", Triggers: "Trigger[]", Handler: "string",
        CodeSize: "int", Timeout: "int", FunctionVersion: "string", MemorySize: "int", Runtime: "string|null",
        FunctionName: "string", VpcConfig: "VpcConfig", UseGpu: "string", Environment: "Environment",
        CodeResult: "string", CodeError: "string", ErrNo: "int", Namespace: "string", Role: "string",
        InstallDependency: "string", Status: "string", StatusDesc: "string", ClsLogsetId: "string",
        ClsTopicId: "string", FunctionId: "string", Tags: "Tag[]", EipConfig: "EipOutConfig", AccessInfo: "AccessInfo",
        Type: "string", L5Enable: "string", Layers: "LayerVersionInfo[]", DeadLetterConfig: "DeadLetterConfig",
        AddTime: "string", PublicNetConfig: "PublicNetConfigOut|null", OnsEnable: "string|null", CfsConfig: "CfsConfig",
        AvailableStatus: "string", Qualifier: "string", InitTimeout: "int", StatusReasons: "StatusReason[]",
        AsyncRunEnable: "string", TraceEnable: "string", ImageConfig: "ImageConfig|null", ProtocolType: "string|null",
        ProtocolParams: "ProtocolParams|null", InstanceConcurrencyConfig: "InstanceConcurrencyConfig|null",
        DnsCache: "string", IntranetConfig: "IntranetConfigOut|null",
      },
    },
    UpdateFunctionCode: {
      input: {
        FunctionName: "string", Handler: "string?", CosBucketName: "string?", CosObjectName: "string?",
        ZipFile: "string?", Namespace: "string?", CosBucketRegion: "string?", InstallDependency: "string?",
        EnvId: "string?", Publish: "string?", Code: "Code?", CodeSource: "string?",
      },
      output: {},
    },
    UpdateFunctionConfiguration: {
      input: {
        FunctionName: "string", Description: "string?", MemorySize: "int?", Timeout: "int?", Runtime: "string?",
        Environment: "Environment?", Namespace: "string?", VpcConfig: "VpcConfig?", Role: "string?",
        InstallDependency: "string?", ClsLogsetId: "string?", ClsTopicId: "string?", Publish: "string?",
        L5Enable: "string?", Layers: "LayerVersionSimple[]?", DeadLetterConfig: "DeadLetterConfig?",
        PublicNetConfig: "PublicNetConfigIn?", CfsConfig: "CfsConfig?", InitTimeout: "int?",
        ProtocolParams: "ProtocolParams?", InstanceConcurrencyConfig: "InstanceConcurrencyConfig?", DnsCache: "string?",
        IntranetConfig: "IntranetConfigIn?", IgnoreSysLog: "bool?",
      },
      output: {},
    },
    DeleteFunction: {
      input: { FunctionName: "string", Namespace: "string?", Qualifier: "string?" },
      output: {},
    },
    ListFunctions: {
      input: {
        Order: "string?", Orderby: "string?", Offset: "int?", Limit: "int?", SearchKey: "string?", Namespace: "string?",
        Description: "string?", Filters: "Filter[]?",
      },
      output: { Functions: "Function[]", TotalCount: "int" },
    },
    CreateTrigger: {
      input: {
        FunctionName: "string", TriggerName: "string", Type: "string", TriggerDesc: "string?", Namespace: "string?",
        Qualifier: "string?", Enable: "string?", CustomArgument: "string?", Description: "string?",
      },
      output: { TriggerInfo: "Trigger" },
    },
    UpdateTrigger: {
      input: {
        FunctionName: "string", TriggerName: "string", Type: "string", Enable: "string?", Qualifier: "string?",
        Namespace: "string?", TriggerDesc: "string?", Description: "string?", CustomArgument: "string?",
      },
      output: {},
    },
    DeleteTrigger: {
      input: {
        FunctionName: "string", TriggerName: "string", Type: "string", Namespace: "string?", TriggerDesc: "string?",
        Qualifier: "string?",
      },
      output: {},
    },
    ListTriggers: {
      input: {
        FunctionName: "string", Namespace: "string?", Offset: "int?", Limit: "int?", OrderBy: "string?",
        Order: "string?", Filters: "Filter[]?",
      },
      output: { TotalCount: "int", Triggers: "TriggerInfo[]" },
    },
    Invoke: {
      input: {
        FunctionName: "string", InvocationType: "string?", Qualifier: "string?", ClientContext: "string?",
        LogType: "string?", Namespace: "string?", RoutingKey: "string?",
      },
      output: { Result: "Result" },
    },
    InvokeFunction: {
      input: {
        FunctionName: "string", Qualifier: "string?", Event: "string?", LogType: "string?", Namespace: "string?",
        RoutingKey: "string?",
      },
      output: { Result: "Result" },
    },
    UpdateFunctionEventInvokeConfig: {
      input: { AsyncTriggerConfig: "AsyncTriggerConfig", FunctionName: "string", Namespace: "string?" },
      output: {},
    },
    GetFunctionEventInvokeConfig: {
      input: { FunctionName: "string", Namespace: "string?", Qualifier: "string?" },
      output: { AsyncTriggerConfig: "AsyncTriggerConfig?" },
    },
    PutReservedConcurrencyConfig: {
      input: { FunctionName: "string", ReservedConcurrencyMem: "int", Namespace: "string?" },
      output: {},
    },
    GetReservedConcurrencyConfig: {
      input: { FunctionName: "string", Namespace: "string?" },
      output: { ReservedMem: "int|null" },
    },
    DeleteReservedConcurrencyConfig: {
      input: { FunctionName: "string", Namespace: "string?" },
      output: {},
    },
    PublishVersion: {
      input: { FunctionName: "string", Description: "string?", Namespace: "string?" },
      output: {
        FunctionVersion: "string", CodeSize: "int", MemorySize: "int", Description: "string", Handler: "string",
        Timeout: "int", Runtime: "string|null", Namespace: "string",
      },
    },
    ListVersionByFunction: {
      input: {
        FunctionName: "string", Namespace: "string?", Offset: "int?", Limit: "int?", Order: "string?",
        OrderBy: "string?",
      },
      output: { FunctionVersion: "string[]", Versions: "FunctionVersion[]", TotalCount: "int" },
    },
    GetAccount: {
      input: {},
      output: { AccountUsage: "UsageInfo", AccountLimit: "LimitsInfo" },
    },
    GetFunctionLogs: {
      input: {
        FunctionName: "string?", Offset: "int?", Limit: "int?", Order: "string?", OrderBy: "string?",
        Filter: "LogFilter?", Namespace: "string?", Qualifier: "string?", FunctionRequestId: "string?",
        StartTime: "string?", EndTime: "string?", SearchContext: "LogSearchContext?",
      },
      output: { TotalCount: "int", Data: "FunctionLog[]", SearchContext: "LogSearchContext" },
    },
    GetRequestStatus: {
      input: {
        FunctionName: "string", FunctionRequestId: "string", Namespace: "string?", StartTime: "string?",
        EndTime: "string?",
      },
      output: { TotalCount: "int|null", Data: "RequestStatus[]|null" },
    },
  },
  inputs: {
    AsyncTriggerConfig: { RetryConfig: "RetryConfig[]", MsgTTL: "int" },
    CfsConfig: { CfsInsList: "CfsInsInfo[]" },
    CfsInsInfo: {
      UserId: "string", UserGroupId: "string", CfsId: "string", MountInsId: "string", LocalMountDir: "string",
      RemoteMountDir: "string", IpAddress: "string?", MountVpcId: "string?", MountSubnetId: "string?",
    },
    Code: {
      CosBucketName: "string?", CosObjectName: "string?", ZipFile: "string?", CosBucketRegion: "string?",
      DemoId: "string?", TempCosObjectName: "string?", GitUrl: "string?", GitUserName: "string?",
      GitPassword: "string?", GitPasswordSecret: "string?", GitBranch: "string?", GitDirectory: "string?",
      GitCommitId: "string?", GitUserNameSecret: "string?", ImageConfig: "ImageConfig?",
    },
    DeadLetterConfig: { Type: "string", Name: "string", FilterType: "string?" },
    EipConfigIn: { EipStatus: "string" },
    Environment: { Variables: "Variable[]?" },
    Filter: { Name: "string", Values: "string[]" },
    ImageConfig: {
      ImageType: "string", ImageUri: "string", RegistryId: "string?", EntryPoint: "string?", Command: "string?",
      Args: "string?", ContainerImageAccelerate: "bool?", ImagePort: "int?",
    },
    InstanceConcurrencyConfig: {
      DynamicEnabled: "string?", MaxConcurrency: "int?", InstanceIsolationEnabled: "string?", Type: "string?",
      MixNodeConfig: "MixNodeConfig[]?", SessionConfig: "SessionConfig?",
    },
    IntranetConfigIn: { IpFixed: "string" },
    LayerVersionSimple: { LayerName: "string", LayerVersion: "int" },
    LogFilter: { RetCode: "string?" },
    LogSearchContext: { Offset: "string", Limit: "int", Keyword: "string?", Type: "string?" },
    MixNodeConfig: { NodeSpec: "string?", Num: "int?" },
    ProtocolParams: { WSParams: "WSParams?" },
    PublicNetConfigIn: { PublicNetStatus: "string", EipConfig: "EipConfigIn?" },
    RetryConfig: { RetryNum: "int" },
    SessionConfig: {
      SessionSource: "string?", SessionName: "string?", MaximumConcurrencySessionPerInstance: "int?",
      MaximumTTLInSeconds: "int?", MaximumIdleTimeInSeconds: "int?", SessionPath: "string?",
      IdleTimeoutStrategy: "string?",
    },
    Tag: { Key: "string", Value: "string" },
    Variable: { Key: "string?", Value: "string?" },
    VpcConfig: { VpcId: "string?", SubnetId: "string?" },
    WSParams: { IdleTimeOut: "int?" },
  },
  outputs: {
    AccessInfo: { Host: "string", Vip: "string" },
    AsyncTriggerConfig: { RetryConfig: "RetryConfig[]", MsgTTL: "int" },
    CfsConfig: { CfsInsList: "CfsInsInfo[]?" },
    CfsInsInfo: {
      UserId: "string", UserGroupId: "string", CfsId: "string", MountInsId: "string", LocalMountDir: "string",
      RemoteMountDir: "string", IpAddress: "string|null", MountVpcId: "string|null", MountSubnetId: "string|null",
    },
    DeadLetterConfig: { Type: "string", Name: "string", FilterType: "string" },
    EipConfigOut: { EipStatus: "string", EipAddress: "string[]" },
    EipOutConfig: { EipFixed: "string", Eips: "string[]" },
    Environment: { Variables: "Variable[]?" },
    Function: {
      ModTime: "string", AddTime: "string", Runtime: "string|null", FunctionName: "string", FunctionId: "string",
      Namespace: "string", Status: "string", StatusDesc: "string", Description: "string", Tags: "Tag[]", Type: "string",
      StatusReasons: "StatusReason[]", TotalProvisionedConcurrencyMem: "int|null", ReservedConcurrencyMem: "int|null",
      AsyncRunEnable: "string", TraceEnable: "string",
    },
    FunctionLog: {
      FunctionName: "string", RetMsg: "string", StartTime: "string", RetCode: "int", InvokeFinished: "int",
      Duration: "float", BillDuration: "int", MemUsage: "int", Log: "string", RetryNum: "int",
    },
    FunctionVersion: {
      Version: "string", Description: "string|null", AddTime: "string|null", ModTime: "string|null",
      Status: "string|null",
    },
    ImageConfig: {
      ImageType: "string", ImageUri: "string", RegistryId: "string|null?", EntryPoint: "string|null?",
      Command: "string|null?", Args: "string|null?", ContainerImageAccelerate: "bool|null?", ImagePort: "int|null?",
    },
    InstanceConcurrencyConfig: {
      DynamicEnabled: "string|null", MaxConcurrency: "int|null?", InstanceIsolationEnabled: "string?", Type: "string?",
      MixNodeConfig: "MixNodeConfig[]?", SessionConfig: "SessionConfig?",
    },
    IntranetConfigOut: { IpFixed: "string", IpAddress: "string[]|null?" },
    LayerVersionInfo: {
      CompatibleRuntimes: "string[]", AddTime: "string", Description: "string", LicenseInfo: "string|null",
      LayerVersion: "int", LayerName: "string", Status: "string", Stamp: "string", Tags: "Tag[]|null?",
    },
    LimitsInfo: { NamespacesCount: "int", Namespace: "NamespaceLimit[]" },
    LogSearchContext: { Offset: "string", Limit: "int", Keyword: "string", Type: "string" },
    MixNodeConfig: { NodeSpec: "string?", Num: "int?" },
    NamespaceLimit: {
      FunctionsCount: "int", Trigger: "TriggerCount", Namespace: "string", ConcurrentExecutions: "int",
      TimeoutLimit: "int", TestModelLimit: "int|null", InitTimeoutLimit: "int", RetryNumLimit: "int", MinMsgTTL: "int",
      MaxMsgTTL: "int",
    },
    NamespaceUsage: {
      Functions: "string[]", Namespace: "string", FunctionsCount: "int", TotalConcurrencyMem: "int",
      TotalAllocatedConcurrencyMem: "int", TotalAllocatedProvisionedMem: "int",
    },
    ProtocolParams: { WSParams: "WSParams|null?" },
    PublicNetConfigOut: { PublicNetStatus: "string", EipConfig: "EipConfigOut" },
    RequestStatus: {
      FunctionName: "string", RetMsg: "string", StartTime: "string", RetCode: "int", Duration: "float",
      MemUsage: "float", RetryNum: "int",
    },
    Result: {
      Log: "string", RetMsg: "string", ErrMsg: "string", MemUsage: "int", Duration: "float", BillDuration: "int",
      FunctionRequestId: "string", InvokeResult: "int",
    },
    RetryConfig: { RetryNum: "int" },
    SessionConfig: {
      SessionSource: "string?", SessionName: "string?", MaximumConcurrencySessionPerInstance: "int?",
      MaximumTTLInSeconds: "int?", MaximumIdleTimeInSeconds: "int?", SessionPath: "string?",
      IdleTimeoutStrategy: "string?",
    },
    StatusReason: { ErrorCode: "string", ErrorMessage: "string" },
    Tag: { Key: "string", Value: "string" },
    Trigger: {
      ModTime: "string", Type: "string", TriggerDesc: "string", TriggerName: "string", AddTime: "string", Enable: "int",
      CustomArgument: "string", AvailableStatus: "string", Qualifier: "string", Description: "string",
    },
    TriggerCount: {
      Cos: "int", Timer: "int", Cmq: "int", Total: "int", Ckafka: "int", Apigw: "int", Cls: "int", Clb: "int",
      Mps: "int", Cm: "int", Vod: "int", Eb: "int",
    },
    TriggerInfo: {
      Enable: "int", Qualifier: "string", TriggerName: "string", Type: "string", TriggerDesc: "string",
      AvailableStatus: "string", CustomArgument: "string|null", AddTime: "string", ModTime: "string",
      Description: "string|null", BoundResources: "string?",
    },
    UsageInfo: {
      NamespacesCount: "int", Namespace: "NamespaceUsage[]", TotalConcurrencyMem: "int",
      TotalAllocatedConcurrencyMem: "int", UserConcurrencyMemLimit: "int",
    },
    Variable: { Key: "string?", Value: "string?" },
    VpcConfig: { VpcId: "string", SubnetId: "string" },
    WSParams: { IdleTimeOut: "int|null?" },
  },
} as const;
