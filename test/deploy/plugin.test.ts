// The plugin that patches serverless-tencent-scf.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { stock } from "../../deploy/serverless-plugin/framework.ts";
import { createWithMarkAndNewRole } from "../../deploy/serverless-plugin/patches.ts";

/** The parts of serverless-tencent-scf 0.1.36 that the deployment uses. */
interface Provider {
  reportInputs: object;
  getServiceResource(): Service;
  getUserCred(options: Options): Promise<Options>;
  getUserAuth(uin: string): Promise<boolean>;
}
interface Service {
  ServiceZipName: string;
  Resources: {
    default: Record<string, { Properties: { CodeUri: { Key: string }; Environment?: { Variables: object } } }>;
  };
}
interface DeployFunction {
  _cosClient: object;
  uploadPackage2Cos(bucket: string, key: string, file?: string): Promise<unknown>;
  uploadService2Cos(bucket: string, key: string, service: Service): Promise<unknown>;
}
interface Options {
  region: string;
  token?: string;
  credentials?: Record<string, string | undefined>;
}

interface Plugin {
  hooks: Record<string, () => unknown>;
}

const require = createRequire(import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "plugin-test-"));
const warnings: string[] = [];

const STATE_URL = "postgres://replicator:planted-password@db.example/state";
const functions = {
  one: { handler: "index.main_handler", environment: { variables: { ONLY_ONE: "1" } } },
  two: { handler: "index.main_handler" },
};
const provider = {
  role: "replicator",
  environment: {
    variables: { STATE_URL, OPTIONAL: null } as Record<string, string | null>,
  },
  vpcConfig: { vpcId: "", subnetId: "" },
};
let providerObject: Provider;
const serverless = {
  classes: { Error },
  serviceDir: folder,
  service: {
    service: "replicator",
    package: {},
    provider,
    functions,
    getAllFunctions: () => Object.keys(functions),
    getFunction: (name: keyof typeof functions) => functions[name],
  },
  pluginManager: { cliCommands: ["deploy"] },
  setProvider: () => undefined,
  getProvider: () => providerObject,
};
const options: Options = { region: "ap-guangzhou" };

let plugin: Plugin;
let DeployFunctionClass: new (options: Options, serverless: object) => DeployFunction;

beforeAll(() => {
  const PluginClass = require("../../deploy/serverless-plugin/index.cjs") as new (...args: unknown[]) => Plugin;
  plugin = new PluginClass(serverless, options, { log: { warning: (message: string) => warnings.push(message) } });
  const ProviderClass = require("serverless-tencent-scf/provider/tencentProvider") as new (
    ...args: unknown[]
  ) => Provider;
  DeployFunctionClass = require("serverless-tencent-scf/deploy/lib/deployFunction") as typeof DeployFunctionClass;
  providerObject = new ProviderClass(serverless, options);
}, 20_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe("the deployment", () => {
  it("sets the variables of a function on that function only", () => {
    const { one, two } = providerObject.getServiceResource().Resources.default;
    expect(one?.Properties.Environment?.Variables).toEqual({ STATE_URL, ONLY_ONE: "1" });
    expect(two?.Properties.Environment?.Variables).toEqual({ STATE_URL });
  });

  describe("to COS", () => {
    const put = new Map<string, string>();
    let deploy: DeployFunction;

    beforeEach(() => {
      put.clear();
      deploy = new DeployFunctionClass({ ...options, credentials: { tencent_appid: "1250000000" } }, serverless);
      type Done = (error: null, answer: object) => void;
      deploy._cosClient = {
        getService: (_: object, done: Done) => done(null, { Buckets: [{ Name: "bucket-1250000000" }] }),
        putObject: ({ Key, Body }: { Key: string; Body: string | NodeJS.ReadableStream }, done: Done) => {
          void (typeof Body === "string" ? Promise.resolve(Body) : text(Body)).then((body) => {
            put.set(Key, body);
            done(null, {});
          });
        },
      };
    });

    it("uploads the zip of each function under the key that the function refers to", async () => {
      mkdirSync(join(folder, ".serverless"), { recursive: true });
      for (const name of Object.keys(functions))
        writeFileSync(join(folder, ".serverless", `${name}.zip`), `zip of ${name}`);
      const service = providerObject.getServiceResource();
      await deploy.uploadPackage2Cos("bucket", service.ServiceZipName);
      const { one, two } = service.Resources.default;
      expect([...put]).toEqual([
        [one?.Properties.CodeUri.Key, "zip of one"],
        [two?.Properties.CodeUri.Key, "zip of two"],
      ]);
    });

    it("omits the variables from the description of the deployment", async () => {
      const service = providerObject.getServiceResource();
      await deploy.uploadService2Cos("bucket", "service.json", service);
      expect(put.get("service.json")).toContain(service.Resources.default["one"]?.Properties.CodeUri.Key);
      expect(put.get("service.json")).not.toContain("planted-password");
      // The request to SCF still contains them.
      expect(JSON.stringify(service)).toContain("planted-password");
    });
  });
});

describe("credentials", () => {
  const before = { ...process.env };
  beforeEach(() => {
    for (const name of Object.keys(process.env)) if (name.startsWith("TENCENTCLOUD_")) delete process.env[name];
  });
  afterEach(() => {
    process.env = { ...before };
  });

  it("come from the environment, including temporary ones", async () => {
    Object.assign(process.env, {
      TENCENTCLOUD_SECRET_ID: "id",
      TENCENTCLOUD_SECRET_KEY: "key",
      TENCENTCLOUD_TOKEN: "token",
      TENCENTCLOUD_APPID: "1250000000",
      TENCENTCLOUD_UIN: "100000000001",
    });
    const { credentials, token } = await providerObject.getUserCred({ region: "ap-guangzhou" });
    expect(credentials).toEqual({
      tencent_secret_id: "id",
      tencent_secret_key: "key",
      tencent_appid: "1250000000",
      tencent_owneruin: "100000000001",
    });
    expect(token).toBe("token");
  });

  it("that are missing cause an error with their names, not a QR login", async () => {
    process.env["TENCENTCLOUD_SECRET_ID"] = "id";
    await expect(providerObject.getUserCred({ region: "ap-guangzhou" })).rejects.toThrow(
      /^No credentials: TENCENTCLOUD_SECRET_KEY not set\./,
    );
  });
});

describe("the real-name check", () => {
  let server: Server;
  let answer: object | undefined;
  const before = process.env["http_proxy"];

  beforeAll(async () => {
    // The host of the check is fixed, but it uses plain http, so a proxy can replace it.
    server = createServer((_, response) => {
      if (answer) response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
      else response.writeHead(503).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    process.env["http_proxy"] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    if (before === undefined) delete process.env["http_proxy"];
    else process.env["http_proxy"] = before;
    server.close();
  });
  beforeEach(() => {
    warnings.length = 0;
  });

  it("passes a verified account", async () => {
    answer = { Error: false, Message: { Authentication: 1 } };
    expect(await providerObject.getUserAuth("100000000001")).toBe(true);
    expect(warnings).toEqual([]);
  });

  it("rejects an account that is not verified", async () => {
    answer = { Error: false, Message: { Authentication: 0 } };
    await expect(providerObject.getUserAuth("100000000001")).rejects.toThrow("no real-name verification");
  });

  it.each([
    ["no usable answer", undefined],
    ["an error", { Error: true, Message: "try later" }],
  ])("continues with a warning after %s", async (_, given) => {
    answer = given;
    expect(await providerObject.getUserAuth("100000000001")).toBe(true);
    expect(warnings).toEqual([expect.stringContaining("continuing")]);
  });
});

describe("a role that SCF does not see yet", () => {
  it("is tried again while the role is new, and no other refusal is", async () => {
    const refused = (code: string) => async () => Promise.reject(Object.assign(new Error(code), { code }));
    let pauses = 0;
    let isNew = true;
    const pause = async () => {
      pauses += 1;
      if (pauses === 3) isNew = false;
    };
    const names = ["createFunction", "updateConfiguration"] as const;
    const before = names.map((name) => [name, Reflect.get(stock.DeployFunction.prototype, name)]);
    try {
      stock.DeployFunction.prototype.createFunction = refused("InvalidParameter.RoleCheck");
      createWithMarkAndNewRole({ service: "replicator", stage: "dev" }, () => isNew, pause);
      const create = () =>
        stock.DeployFunction.prototype.createFunction("default", { Properties: { Description: "What it does" } });
      await expect(create()).rejects.toThrow("InvalidParameter.RoleCheck");
      expect(pauses).toBe(3);
      stock.DeployFunction.prototype.createFunction = refused("LimitExceeded.Function");
      isNew = true;
      createWithMarkAndNewRole({ service: "replicator", stage: "dev" }, () => isNew, pause);
      await expect(create()).rejects.toThrow("LimitExceeded.Function");
      expect(pauses).toBe(3);
    } finally {
      Object.assign(stock.DeployFunction.prototype, Object.fromEntries(before));
    }
  });
});

it("says where the logs are, as SCF answers none", () => {
  expect(plugin.hooks["before:logs:logs"]).toThrow(/offline.*CLS: logset replicator-dev, topic functions/);
});

it("is listed before the plugin that it patches", () => {
  const yaml = readFileSync(new URL("../../serverless.yml", import.meta.url), "utf8");
  const position = yaml.indexOf("- ./deploy/serverless-plugin/index.cjs");
  expect(position).toBeGreaterThan(0);
  expect(yaml.indexOf("- serverless-tencent-scf")).toBeGreaterThan(position);
});
