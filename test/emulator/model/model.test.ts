// The vendor's model as it stands in the project, and the script that takes it over.
import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { blank } from "../../../emulator/model/blank.ts";
import { type Members, MODEL, modelOf, parseMember, type Service } from "../../../emulator/model/model.ts";
import { type ApiModel, serviceFile } from "../../../emulator/model/service-file.ts";
import { deviations } from "./answer-check.ts";

const SERVICES = Object.keys(MODEL) as Service[];
const SCALARS = ["string", "int", "float", "bool"];

describe("the model", () => {
  it("has every file of services/", () => {
    const folder = new URL("../../../emulator/model/services/", import.meta.url);
    expect(readdirSync(folder).map((file) => file.replace(".ts", ""))).toEqual(SERVICES);
  });

  it.each(SERVICES)("of %s names only types that it has, in its own notation", (service) => {
    const { actions, inputs, outputs } = modelOf(service);
    const check = (objects: Readonly<Record<string, Members>>, members: Members) => {
      for (const text of Object.values(members)) {
        expect(text).toMatch(/^\w+(\[\])?(\|null)?\??$/);
        expect([...SCALARS, ...Object.keys(objects)]).toContain(parseMember(text).kind);
      }
    };
    for (const { input, output } of Object.values(actions)) {
      check(inputs, input);
      check(outputs, output);
    }
    for (const members of Object.values(inputs)) check(inputs, members);
    for (const members of Object.values(outputs)) check(outputs, members);
  });

  it("makes blank objects that have what is always there and nothing else", () => {
    const InstanceSet = [blank("cvm", "Instance")];
    expect(InstanceSet[0]).toMatchObject({ Placement: { Zone: "", ProjectId: 0 }, Tags: [], PublicIpAddresses: null });
    expect(InstanceSet[0]).not.toHaveProperty("GPUInfo");
    expect(deviations("cvm", "DescribeInstances", { InstanceSet, TotalCount: 1, RequestId: "id" })).toEqual([]);
  });
});

describe("the script that takes the model over", () => {
  const string = { type: "string", member: "string" };
  const API: ApiModel = {
    metadata: { apiVersion: "2018-08-13" },
    actions: {
      AssumeRole: { input: "AssumeRoleRequest", output: "AssumeRoleResponse" },
      QueryApiKey: { input: "QueryApiKeyRequest", output: "QueryApiKeyResponse" },
    },
    objects: {
      AssumeRoleRequest: {
        members: [
          { ...string, name: "RoleArn", required: true },
          { type: "int", member: "uint64", name: "DurationSeconds", required: false },
          { type: "list", member: "Tag", name: "Tags", required: false },
          { ...string, name: "Retired", required: true, disabled: true },
        ],
      },
      AssumeRoleResponse: {
        members: [
          { type: "list", member: "Tag", name: "Tags", output_required: true, value_allowed_null: true },
          { type: "object", member: "Credentials", name: "Credentials", output_required: true },
          { ...string, name: "RequestId" },
        ],
      },
      Tag: {
        usage: "both",
        members: [
          { ...string, name: "Key", required: true },
          { ...string, name: "Value", required: false, output_required: true, value_allowed_null: true },
        ],
      },
      Credentials: {
        usage: "out",
        members: [
          { ...string, name: "Token", required: true },
          { type: "list", member: "uint64", name: "Times" },
        ],
      },
    },
  };

  it("keeps the named actions and what they reach, each object as requests and as answers have it", () => {
    expect(serviceFile("sts", API, ["AssumeRole"], "tool 1")).toBe(`\
// The API of sts 2018-08-13 after the vendor's model (tool 1), made by ../generate.ts.
export const sts = {
  version: "2018-08-13",
  actions: {
    AssumeRole: {
      input: { RoleArn: "string", DurationSeconds: "int?", Tags: "Tag[]?" },
      output: { Tags: "Tag[]|null", Credentials: "Credentials" },
    },
  },
  inputs: {
    Tag: { Key: "string", Value: "string?" },
  },
  outputs: {
    Credentials: { Token: "string", Times: "int[]?" },
    Tag: { Key: "string?", Value: "string|null" },
  },
} as const;
`);
  });

  it("breaks long lines", () => {
    const members = Array.from({ length: 9 }, (_, i) => ({ ...string, name: `AMemberWithALongName${i}` }));
    const objects = { AssumeRoleRequest: { members }, AssumeRoleResponse: { members: [] } };
    const lines = serviceFile("sts", { ...API, objects }, ["AssumeRole"], "tool 1").split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120);
    expect(lines.filter((line) => line.includes("ALongName"))).toHaveLength(3);
  });

  it("fails for an action or a type that it does not know", () => {
    expect(() => serviceFile("sts", API, ["GetRole"], "tool 1")).toThrow("sts has no action GetRole");
    const odd = { members: [{ name: "At", type: "datetime", member: "datetime" }] };
    const api = { ...API, objects: { ...API.objects, AssumeRoleRequest: odd } };
    expect(() => serviceFile("sts", api, ["AssumeRole"], "tool 1")).toThrow("At has the unknown type datetime");
  });
});
