import { describe, expect, it } from "vitest";
import { copyName, nameProblem, templateProblem } from "../../lib/policy/values/name-template.ts";
import { image } from "../support/builders.ts";

describe("copyName", () => {
  const source = image({ name: "golden-web", imageId: "img-8toqc6s3", createdAt: Date.UTC(2026, 0, 2, 23, 59) });
  const name = (template: string) => copyName(template, source, "ap-guangzhou", "ap-tokyo");

  it.each([
    ["{{name}}", "golden-web"],
    ["{{name}}-{{region}}", "golden-web-ap-tokyo"],
    ["{{sourceRegion}}/{{sourceId}}", "ap-guangzhou/img-8toqc6s3"],
    ["{{ name }} of {{date}}", "golden-web of 2026-01-02"],
    ["fixed", "fixed"],
  ])("fills %j", (template, expected) => {
    expect(name(template)).toBe(expected);
  });

  it("does not replace placeholders or dollar signs in the source's own name", () => {
    const odd = image({ name: "{{region}}-$&-$1" });
    expect(copyName("{{name}}", odd, "ap-guangzhou", "ap-tokyo")).toBe("{{region}}-$&-$1");
  });

  it("accepts an image without a creation time", () => {
    expect(copyName("{{date}}", image({ createdAt: Number.NaN }), "ap-guangzhou", "ap-tokyo")).toBe("unknown");
  });
});

describe("nameProblem", () => {
  it.each(["a", "golden web", "中文", "x".repeat(60), "🔥".repeat(60)])("accepts %j", (name) => {
    expect(nameProblem(name)).toBeUndefined();
  });

  it.each([
    ["", "is empty"],
    ["x".repeat(61), "has 61 characters"],
    ["🔥".repeat(61), "has 61 characters"],
    ["a\nb", "control character"],
    ["a\u0085b", "control character"],
    ["a\u2028b", "control character"],
    [" a", "begins or ends with a space"],
    ["a ", "begins or ends with a space"],
  ])("refuses %j", (name, text) => {
    expect(nameProblem(name)).toContain(text);
  });
});

describe("templateProblem", () => {
  it.each([
    "{{name}}",
    "{{name}}-{{region}}-{{date}}",
    "a {b} c",
    "x".repeat(59) + "{{name}}",
    "🔥".repeat(59) + "{{name}}",
  ])("accepts %j", (template) => {
    expect(templateProblem(template)).toBeUndefined();
  });

  it.each([
    ["{{nmae}}", "contains {{nmae}}, which is not a placeholder; allowed are {{name}}, {{region}}"],
    ["{{constructor}}", "contains {{constructor}}"],
    ["{{name}", "contains {{ without }}"],
    ["name}}", "or }} without {{"],
    ["x".repeat(60) + "{{name}}", "produces a name that has 61 characters"],
    ["{{name}} ", "begins or ends with a space"],
    ["", "is empty"],
  ])("refuses %j", (template, text) => {
    expect(templateProblem(template)?.text).toContain(text);
  });
});
