// The emulator's types, README and independence from the product.
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, expectTypeOf, it } from "vitest";
import { ACTIONS } from "../../emulator/actions/registry.ts";
import { type Answer, defineAction } from "../../emulator/actions/shared/define-action.ts";
import { integer, type Rules, required, string, strings, validate } from "../../emulator/actions/shared/parameters.ts";
import { controlApi } from "../../emulator/control/control-api.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import { ALL_SWITCHES } from "../../emulator/settings/switches.ts";
import { bench } from "./support.ts";

interface Request {
  Id: string;
  Names?: string[];
  Limit?: number;
}

const rules: Rules<Request> = { Id: required(string), Names: strings, Limit: integer };

describe("rules and answers follow the vendor's types", () => {
  it("rules that differ from the request type do not compile", () => {
    // @ts-expect-error a parameter is missing
    const missing: Rules<Request> = { Id: required(string), Names: strings };
    // @ts-expect-error a parameter that must be given is not required
    const optional: Rules<Request> = { ...rules, Id: string };
    // @ts-expect-error a parameter has another type
    const other: Rules<Request> = { ...rules, Limit: string };
    expect([missing, optional, other]).toHaveLength(3);
  });

  it("responses with a missing or an extra field do not compile", () => {
    expectTypeOf<Answer<{ A?: number; B?: { C?: string }[] }>>().toEqualTypeOf<{
      A: number | null;
      B: { C: string | null }[] | null;
    }>();
    const base = { service: "cvm", version: "v", name: "n", regional: true, write: false, rules } as const;
    // @ts-expect-error the answer lacks B
    const action = defineAction<Request, { A?: number; B?: string }>({ ...base, run: () => ({ A: 1 }) });
    expect(action.name).toBe("n");
  });

  it("validation returns the given parameters without nulls", () => {
    expect(validate(rules, { Id: "x", Names: null })).toEqual({ Id: "x" });
  });
});

describe("the README of the emulator", () => {
  const readme = readFileSync(new URL("../../emulator/README.md", import.meta.url), "utf8").replace(/ +/g, " ");

  it("lists every action and account, and every switch with its values and its sentence", () => {
    for (const { name } of ACTIONS) expect(readme).toContain(name);
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
    const files = readdirSync(new URL("../../emulator/actions", import.meta.url), {
      recursive: true,
      encoding: "utf8",
    });
    const kebab = (name: string) => name.replace(/(?<=.)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
    for (const { name } of ACTIONS) expect(files.map((file) => basename(file))).toContain(`${kebab(name)}.ts`);
  });

  it("imports nothing of the product", () => {
    const root = new URL("../../emulator/", import.meta.url);
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
    expect(files.length).toBeGreaterThan(30);
    for (const file of files) {
      const imports = [...readFileSync(new URL(file, root), "utf8").matchAll(/from "([^"]+)"/g)].map((m) => m[1] ?? "");
      for (const path of imports) expect(path, file).not.toMatch(/\/(lib|cli|functions|dashboard)\//);
    }
  });
});
