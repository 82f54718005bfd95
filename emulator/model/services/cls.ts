// The API of cls 2020-10-16 after the vendor's model (tencentcloud-cli 6e53beb, 2026-08-21), made by ../generate.ts.
export const cls = {
  version: "2020-10-16",
  actions: {
    DescribeLogsets: {
      input: { Filters: "Filter[]?", Offset: "int?", Limit: "int?" },
      output: { TotalCount: "int", Logsets: "LogsetInfo[]" },
    },
    CreateLogset: {
      input: { LogsetName: "string", Tags: "Tag[]?", LogsetId: "string?" },
      output: { LogsetId: "string" },
    },
    DeleteLogset: {
      input: { LogsetId: "string" },
      output: {},
    },
    DescribeTopics: {
      input: { Filters: "Filter[]?", Offset: "int?", Limit: "int?", PreciseSearch: "int?", BizType: "int?" },
      output: { Topics: "TopicInfo[]", TotalCount: "int" },
    },
    CreateTopic: {
      input: {
        LogsetId: "string", TopicName: "string", PartitionCount: "int?", Tags: "Tag[]?", AutoSplit: "bool?",
        MaxSplitPartitions: "int?", StorageType: "string?", Period: "int?", Describes: "string?", HotPeriod: "int?",
        Encryption: "int?", CustomKmsInfo: "CustomKmsInfo?", BizType: "int?", TopicId: "string?",
        IsWebTracking: "bool?", Extends: "TopicExtendInfo?", IsSourceFrom: "bool?", BillingMode: "int?",
      },
      output: { TopicId: "string" },
    },
    DeleteTopic: {
      input: { TopicId: "string" },
      output: {},
    },
    DescribeIndex: {
      input: { TopicId: "string" },
      output: {
        TopicId: "string", Status: "bool", Rule: "RuleInfo|null", ModifyTime: "string", IncludeInternalFields: "bool",
        MetadataFlag: "int", CoverageField: "string",
      },
    },
    CreateIndex: {
      input: {
        TopicId: "string", Rule: "RuleInfo", Status: "bool?", IncludeInternalFields: "bool?", MetadataFlag: "int?",
        CoverageField: "string?",
      },
      output: {},
    },
    ModifyIndex: {
      input: {
        TopicId: "string", Status: "bool?", Rule: "RuleInfo?", IncludeInternalFields: "bool?", MetadataFlag: "int?",
        CoverageField: "string?",
      },
      output: {},
    },
    DeleteIndex: {
      input: { TopicId: "string" },
      output: {},
    },
    UploadLog: {
      input: { TopicId: "string", CompressType: "string?" },
      output: {},
    },
    SearchLog: {
      input: {
        From: "int", To: "int", QueryString: "string?", QuerySyntax: "int?", TopicId: "string?",
        Topics: "MultiTopicSearchInformation[]?", Sort: "string?", Limit: "int?", Offset: "int?", Context: "string?",
        SamplingRate: "float?", UseNewAnalysis: "bool?", HighLight: "bool?",
      },
      output: {
        Context: "string", ListOver: "bool", Analysis: "bool", Results: "LogInfo[]|null", ColNames: "string[]|null",
        AnalysisResults: "LogItems[]|null", AnalysisRecords: "string[]|null", Columns: "Column[]|null",
        SamplingRate: "float", Topics: "SearchLogTopics|null",
      },
    },
  },
  inputs: {
    AnonymousInfo: { Operations: "string[]?", Conditions: "ConditionInfo[]?" },
    ConditionInfo: { Attributes: "string?", Rule: "int?", ConditionValue: "string?" },
    CustomKmsInfo: { KmsRegion: "string", KmsKeyId: "string" },
    DynamicIndex: { Status: "bool?" },
    Filter: { Key: "string", Values: "string[]" },
    FullTextInfo: { CaseSensitive: "bool", Tokenizer: "string", ContainZH: "bool?" },
    KeyValueInfo: { Key: "string", Value: "ValueInfo" },
    MultiTopicSearchInformation: { TopicId: "string?", Context: "string?" },
    RuleInfo: {
      FullText: "FullTextInfo?", KeyValue: "RuleKeyValueInfo?", Tag: "RuleTagInfo?", DynamicIndex: "DynamicIndex?",
    },
    RuleKeyValueInfo: { CaseSensitive: "bool", KeyValues: "KeyValueInfo[]?" },
    RuleTagInfo: { CaseSensitive: "bool", KeyValues: "KeyValueInfo[]" },
    Tag: { Key: "string", Value: "string" },
    TopicExtendInfo: { AnonymousAccess: "AnonymousInfo?" },
    ValueInfo: {
      Type: "string", Tokenizer: "string?", SqlFlag: "bool?", ContainZH: "bool?", Alias: "string?",
      OpenIndexForChildOnly: "bool?", ChildNode: "KeyValueInfo[]?",
    },
  },
  outputs: {
    AnonymousInfo: { Operations: "string[]?", Conditions: "ConditionInfo[]?" },
    Column: { Name: "string?", Type: "string?" },
    ConditionInfo: { Attributes: "string?", Rule: "int?", ConditionValue: "string?" },
    CustomKmsInfo: { KmsRegion: "string", KmsKeyId: "string" },
    DynamicIndex: { Status: "bool" },
    FullTextInfo: { CaseSensitive: "bool", Tokenizer: "string", ContainZH: "bool" },
    HighLightItem: { Key: "string", Values: "string[]" },
    KeyValueInfo: { Key: "string", Value: "ValueInfo" },
    LogInfo: {
      Time: "int", TopicId: "string", TopicName: "string", Source: "string", FileName: "string", PkgId: "string",
      PkgLogId: "string", HighLights: "HighLightItem[]", LogJson: "string", HostName: "string", RawLog: "string",
      IndexStatus: "string",
    },
    LogItem: { Key: "string", Value: "string" },
    LogItems: { Data: "LogItem[]?" },
    LogsetInfo: {
      LogsetId: "string", LogsetName: "string", CreateTime: "string", AssumerUin: "int", AssumerName: "string",
      Tags: "Tag[]", TopicCount: "int", RoleName: "string", MetricTopicCount: "int",
    },
    RuleInfo: {
      FullText: "FullTextInfo|null", KeyValue: "RuleKeyValueInfo|null", Tag: "RuleTagInfo|null",
      DynamicIndex: "DynamicIndex|null",
    },
    RuleKeyValueInfo: { CaseSensitive: "bool", KeyValues: "KeyValueInfo[]" },
    RuleTagInfo: { CaseSensitive: "bool", KeyValues: "KeyValueInfo[]" },
    SearchLogErrors: { TopicId: "string", ErrorMsg: "string", ErrorCodeStr: "string" },
    SearchLogInfos: { TopicId: "string", Period: "int", Context: "string" },
    SearchLogTopics: { Errors: "SearchLogErrors[]", Infos: "SearchLogInfos[]" },
    Tag: { Key: "string", Value: "string" },
    TopicExtendInfo: { AnonymousAccess: "AnonymousInfo|null?" },
    TopicInfo: {
      LogsetId: "string", TopicId: "string", TopicName: "string", PartitionCount: "int", Index: "bool",
      AssumerUin: "int", AssumerName: "string", CreateTime: "string", Status: "bool", Tags: "Tag[]", RoleName: "string",
      AutoSplit: "bool", MaxSplitPartitions: "int", StorageType: "string", Period: "int", SubAssumerName: "string",
      Describes: "string", HotPeriod: "int", KeyId: "string", CustomKmsInfo: "CustomKmsInfo?", BizType: "int",
      IsWebTracking: "bool", Extends: "TopicExtendInfo?", TopicAsyncTaskID: "string?", MigrationStatus: "int?",
      EffectiveDate: "string?", IsSourceFrom: "bool?", BillingMode: "int?", NewBillingMode: "int?",
    },
    ValueInfo: {
      Type: "string", Tokenizer: "string", SqlFlag: "bool", ContainZH: "bool", Alias: "string",
      OpenIndexForChildOnly: "bool?", ChildNode: "KeyValueInfo[]?",
    },
  },
} as const;
