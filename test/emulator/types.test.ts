// The emulator's types, README and independence from the product.
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, expectTypeOf, it } from "vitest";
import { ACTIONS } from "../../emulator/actions/registry.ts";
import { defineAction } from "../../emulator/actions/shared/define-action.ts";
import { controlApi } from "../../emulator/control/control-api.ts";
import type { Answer, Input, Output, Params } from "../../emulator/model/model.ts";
import { OPERATIONS } from "../../emulator/services/cos/operations.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import { ALL_SWITCHES } from "../../emulator/settings/switches.ts";
import { bench } from "./support.ts";

describe("the types of actions come from the vendor's model", () => {
  it("a parameter is given if the model requires it, lists and objects included", () => {
    expectTypeOf<Params<"tag", "GetResources">>().toMatchTypeOf<{
      ResourceList?: string[];
      TagFilters?: { TagKey: string; TagValue?: string[] }[];
      MaxResults?: number;
    }>();
    expectTypeOf<Params<"cvm", "SyncImages">["ImageIds"]>().toEqualTypeOf<string[]>();
    expectTypeOf<Params<"cvm", "SyncImages">["DryRun"]>().toEqualTypeOf<boolean | undefined>();
    expectTypeOf<Input<"tag", "Tag">["TagValue"]>().toEqualTypeOf<string>();
  });

  it("a member of an answer is null or missing only if the model says so", () => {
    expectTypeOf<Output<"cvm", "Image">["SyncPercent"]>().toEqualTypeOf<number | null>();
    expectTypeOf<Output<"cvm", "Image">["ImageName"]>().toEqualTypeOf<string>();
    expectTypeOf<Answer<"cvm", "ImportImage">["ImageId"]>().toEqualTypeOf<string | undefined>();
    // @ts-expect-error the answer lacks the quota
    const missing = defineAction("cvm", "DescribeImageQuota", () => ({}));
    // @ts-expect-error the quota is never null
    const empty = defineAction("cvm", "DescribeImageQuota", () => ({ ImageNumQuota: null }));
    // @ts-expect-error the model has no such action
    const unknown = defineAction("cvm", "DescribeQuota", () => ({}));
    expect([missing, empty, unknown].map(({ service }) => service)).toEqual(["cvm", "cvm", "cvm"]);
  });
});

describe("the README of the emulator", () => {
  const readme = readFileSync(new URL("../../emulator/README.md", import.meta.url), "utf8").replace(/ +/g, " ");

  it("lists every action and account, and every switch with its values and its sentence", () => {
    for (const { name } of [...ACTIONS, ...OPERATIONS]) expect(readme).toContain(name);
    for (const { uin, secretId, secretKey } of DEFAULT_ACCOUNTS) {
      expect(readme).toMatch(new RegExp(`\\| ${uin}.*\`${secretId}\`.*\`${secretKey}\``));
    }
    for (const [name, { values, about }] of Object.entries(ALL_SWITCHES)) {
      const listed = values.map((value) => `\`${value}\``).join(", ");
      expect(readme).toContain(`| \`${name}\` | ${listed}`);
      expect(readme).toContain(about);
    }
  });

  it("lists every route of the control API", () => {
    const routes = controlApi(bench().world).routes.filter((route) => route.path !== "/*");
    expect(routes.length).toBeGreaterThan(15);
    for (const { path } of routes) expect(readme).toContain(`\`${path}\``);
  });
});

describe("the emulator stands alone", () => {
  it("has a file with the same name for each action", () => {
    const filesIn = (folder: string) =>
      readdirSync(new URL(`../../emulator/${folder}`, import.meta.url), { recursive: true, encoding: "utf8" });
    const files = [...filesIn("actions"), ...filesIn("services/cos/actions")];
    const kebab = (name: string) => name.replace(/(?<=.)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
    for (const { name } of [...ACTIONS, ...OPERATIONS])
      expect(files.map((file) => basename(file))).toContain(`${kebab(name)}.ts`);
  });

  it("imports nothing of the product, and no file outside of its own folder", () => {
    const root = new URL("../../emulator/", import.meta.url);
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
    expect(files.length).toBeGreaterThan(30);
    for (const file of files) {
      const imports = [...readFileSync(new URL(file, root), "utf8").matchAll(/from "([^"]+)"/g)].map((m) => m[1] ?? "");
      const files = imports.filter((path) => path.startsWith("."));
      for (const path of files) expect(new URL(path, new URL(file, root)).href.startsWith(root.href), file).toBe(true);
    }
  });
});
