// The API of tag 2018-08-13 after the vendor's model (tencentcloud-cli 6e53beb, 2026-08-21), made by ../generate.ts.
export const tag = {
  version: "2018-08-13",
  actions: {
    TagResources: {
      input: { ResourceList: "string[]", Tags: "Tag[]" },
      output: { FailedResources: "FailedResource[]" },
    },
    UnTagResources: {
      input: { ResourceList: "string[]", TagKeys: "string[]" },
      output: { FailedResources: "FailedResource[]" },
    },
    GetResources: {
      input: { ResourceList: "string[]?", TagFilters: "TagFilter[]?", PaginationToken: "string?", MaxResults: "int?" },
      output: { PaginationToken: "string", ResourceTagMappingList: "ResourceTagMapping[]" },
    },
    DescribeResourceTagsByResourceIds: {
      input: {
        ServiceType: "string", ResourcePrefix: "string", ResourceIds: "string[]", ResourceRegion: "string",
        Offset: "int?", Limit: "int?", Category: "string?",
      },
      output: { TotalCount: "int", Offset: "int", Limit: "int", Tags: "TagResource[]" },
    },
    ModifyResourceTags: {
      input: { Resource: "string", ReplaceTags: "Tag[]?", DeleteTags: "TagKeyObject[]?" },
      output: {},
    },
  },
  inputs: {
    Tag: { TagKey: "string", TagValue: "string", Category: "string?" },
    TagFilter: { TagKey: "string", TagValue: "string[]?" },
    TagKeyObject: { TagKey: "string" },
  },
  outputs: {
    FailedResource: { Resource: "string?", Code: "string?", Message: "string?" },
    ResourceTagMapping: { Resource: "string", Tags: "Tag[]" },
    Tag: { TagKey: "string", TagValue: "string", Category: "string?" },
    TagResource: {
      TagKey: "string", TagValue: "string", ResourceId: "string", TagKeyMd5: "string", TagValueMd5: "string",
      ServiceType: "string", Category: "string?",
    },
  },
} as const;
