// The API of eb 2021-04-16 after the vendor's model (tencentcloud-cli 6e53beb, 2026-08-21), made by ../generate.ts.
export const eb = {
  version: "2021-04-16",
  actions: {
    ListEventBuses: {
      input: { OrderBy: "string?", Limit: "int?", Order: "string?", Filters: "Filter[]?", Offset: "int?" },
      output: { EventBuses: "EventBus[]", TotalCount: "int" },
    },
    GetEventBus: {
      input: { EventBusId: "string" },
      output: {
        ModTime: "string?", Description: "string?", ClsTopicId: "string?", AddTime: "string?", ClsLogsetId: "string?",
        EventBusName: "string?", EventBusId: "string?", Type: "string?", PayMode: "string?", SaveDays: "int|null?",
        LogTopicId: "string|null?", EnableStore: "bool|null?", LinkMode: "string|null?",
      },
    },
    CreateEventBus: {
      input: { EventBusName: "string", Description: "string?", SaveDays: "int?", EnableStore: "bool?" },
      output: { EventBusId: "string" },
    },
    ListRules: {
      input: { EventBusId: "string", OrderBy: "string?", Limit: "int?", Offset: "int?", Order: "string?" },
      output: { Rules: "Rule[]", TotalCount: "int" },
    },
    GetRule: {
      input: { EventBusId: "string", RuleId: "string" },
      output: {
        EventBusId: "string", RuleId: "string", RuleName: "string", Status: "string", Enable: "bool",
        Description: "string", EventPattern: "string", AddTime: "string", ModTime: "string",
      },
    },
    CreateRule: {
      input: {
        EventPattern: "string", EventBusId: "string", RuleName: "string", Enable: "bool?", Description: "string?",
      },
      output: { RuleId: "string" },
    },
    UpdateRule: {
      input: {
        RuleId: "string", EventBusId: "string", Enable: "bool?", Description: "string?", EventPattern: "string?",
        RuleName: "string?",
      },
      output: {},
    },
    DeleteRule: {
      input: { EventBusId: "string", RuleId: "string" },
      output: {},
    },
    ListTargets: {
      input: {
        EventBusId: "string", RuleId: "string", OrderBy: "string?", Limit: "int?", Offset: "int?", Order: "string?",
      },
      output: { TotalCount: "int", Targets: "Target[]" },
    },
    CreateTarget: {
      input: {
        EventBusId: "string", Type: "string", TargetDescription: "TargetDescription", RuleId: "string",
        BatchTimeout: "int?", BatchEventCount: "int?", EnableBatchDelivery: "bool?",
      },
      output: { TargetId: "string" },
    },
    UpdateTarget: {
      input: {
        EventBusId: "string", RuleId: "string", TargetId: "string", EnableBatchDelivery: "bool?", BatchTimeout: "int?",
        BatchEventCount: "int?",
      },
      output: {},
    },
    DeleteTarget: {
      input: { EventBusId: "string", TargetId: "string", RuleId: "string" },
      output: {},
    },
    CheckRule: {
      input: { Event: "string", EventPattern: "string" },
      output: {},
    },
    PutEvents: {
      input: { EventList: "Event[]", EventBusId: "string" },
      output: {},
    },
    CheckTransformation: {
      input: { Input: "string", Transformations: "Transformation[]" },
      output: { Output: "string" },
    },
  },
  inputs: {
    CkafkaTargetParams: { TopicName: "string", RetryPolicy: "RetryPolicy", EventDeliveryFormat: "string?" },
    ESTargetParams: {
      NetMode: "string", IndexPrefix: "string", RotationInterval: "string", OutputMode: "string",
      IndexSuffixMode: "string", IndexTemplateType: "string?",
    },
    EtlFilter: { Filter: "string" },
    Event: {
      Source: "string", Data: "string", Type: "string", Subject: "string", Time: "int?", Region: "string?",
      Status: "string?", Id: "string?", TagList: "Tag[]?",
    },
    Extraction: { ExtractionInputPath: "string", Format: "string", TextParams: "TextParams?" },
    Filter: { Values: "string[]", Name: "string" },
    OutputStructParam: { Key: "string", Value: "string", ValueType: "string" },
    RetryPolicy: { RetryInterval: "int", MaxRetryAttempts: "int" },
    SCFParams: { BatchTimeout: "int?", BatchEventCount: "int?", EnableBatchDelivery: "bool?" },
    Tag: { Key: "string", Value: "string" },
    TargetDescription: {
      ResourceDescription: "string", SCFParams: "SCFParams?", CkafkaTargetParams: "CkafkaTargetParams?",
      ESTargetParams: "ESTargetParams?",
    },
    TextParams: { Separator: "string?", Regex: "string?" },
    Transform: { OutputStructs: "OutputStructParam[]" },
    Transformation: { Extraction: "Extraction?", EtlFilter: "EtlFilter?", Transform: "Transform?" },
  },
  outputs: {
    CkafkaDeliveryParams: { TopicName: "string?", ResourceDescription: "string?" },
    CkafkaTargetParams: { TopicName: "string", RetryPolicy: "RetryPolicy", EventDeliveryFormat: "string?" },
    ConnectionBrief: { Type: "string|null?", Status: "string|null?" },
    DeadLetterConfig: { DisposeMethod: "string?", CkafkaDeliveryParams: "CkafkaDeliveryParams|null?" },
    ESTargetParams: {
      NetMode: "string|null?", IndexPrefix: "string|null?", RotationInterval: "string|null?",
      OutputMode: "string|null?", IndexSuffixMode: "string|null?", IndexTemplateType: "string|null?",
    },
    EventBus: {
      ModTime: "string?", Description: "string?", AddTime: "string?", EventBusName: "string?", EventBusId: "string?",
      Type: "string?", PayMode: "string|null?", ConnectionBriefs: "ConnectionBrief[]|null?",
      TargetBriefs: "TargetBrief[]|null?",
    },
    RetryPolicy: { RetryInterval: "int?", MaxRetryAttempts: "int?" },
    Rule: {
      Status: "string", ModTime: "string", Enable: "bool", Description: "string", RuleId: "string", AddTime: "string",
      EventBusId: "string", RuleName: "string", Targets: "TargetBrief[]|null",
      DeadLetterConfig: "DeadLetterConfig|null",
    },
    SCFParams: { BatchTimeout: "int|null?", BatchEventCount: "int|null?", EnableBatchDelivery: "bool|null?" },
    Target: {
      Type: "string", EventBusId: "string", TargetId: "string", TargetDescription: "TargetDescription",
      RuleId: "string", EnableBatchDelivery: "bool|null", BatchTimeout: "int|null", BatchEventCount: "int|null",
    },
    TargetBrief: { TargetId: "string?", Type: "string?" },
    TargetDescription: {
      ResourceDescription: "string", SCFParams: "SCFParams", CkafkaTargetParams: "CkafkaTargetParams",
      ESTargetParams: "ESTargetParams",
    },
  },
} as const;
