// The parts of the framework and of serverless-tencent-scf 0.1.36 that the plugin uses.
import { createRequire } from "node:module";

/** A function of serverless.yml. */
export interface FunctionConfig {
  readonly description?: string;
  readonly role?: string;
  readonly environment?: { readonly variables?: Variables };
  readonly package?: { readonly artifact?: string };
}

/** Variables of functions. One that is null is optional, and not sent. */
export type Variables = Record<string, string | null>;

/** The framework. */
export interface Serverless {
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  readonly serviceDir: string;
  readonly service: {
    readonly service: string;
    readonly package: { path?: string; artifact?: string };
    readonly provider: {
      role?: string;
      stage?: string;
      region?: string;
      readonly environment?: { readonly variables?: Variables };
      readonly vpcConfig?: { readonly vpcId?: string; readonly subnetId?: string };
    };
    getAllFunctions(): string[];
    getFunction(name: string): FunctionConfig;
  };
}

/** The options of a command, those of the plugin among them. */
export interface Options {
  readonly stage?: string;
  readonly function?: string;
  readonly package?: string;
  readonly "as-packaged"?: boolean;
  readonly "with-state"?: boolean;
  readonly "with-logs"?: boolean;
}

/** What the plugin prints with. */
export interface Log {
  warning(message: string): void;
  notice(message: string): void;
}

/** The options of the stock provider. */
interface ProviderOptions {
  credentials?: Readonly<Record<string, string | undefined>>;
  token?: string;
}

/** The classes of serverless-tencent-scf, whose methods the plugin replaces. */
export interface Provider {
  serverless: Serverless;
  reportInputs: object;
  getCredentials(): Promise<void>;
  getAppid(credentials: object): Promise<unknown>;
  getUserCred(options: ProviderOptions): Promise<ProviderOptions>;
  getTempKey(): Promise<never>;
  getUserAuth(uin: string): Promise<boolean>;
  getEnvironment(fn: FunctionConfig): { Variables: Record<string, string> } | null;
  getFuntionBucketKey(name: string, ...rest: unknown[]): string;
}

/** The service as the stock plugin stores it in COS. */
interface Stored {
  Resources: { default: Record<string, { Properties?: { Environment?: unknown; Description?: string } }> };
}

export interface DeployFunction {
  serverless: Serverless;
  uploadPackage2Cos(bucket: string, key: string, file?: string): Promise<unknown>;
  uploadService2Cos(bucket: string, key: string, service: Stored): Promise<unknown>;
  createFunction(namespace: string, fn: unknown): Promise<unknown>;
  updateConfiguration(namespace: string, ...rest: unknown[]): Promise<unknown>;
}

export interface RemoveFunction {
  remove(name: string): Promise<unknown>;
}

interface Class<T> {
  readonly prototype: T;
}

const stockRequire = createRequire(import.meta.url);
const inside = (path: string): unknown => stockRequire(`serverless-tencent-scf/${path}`);
/** Loads a module as the stock plugin sees it, because a patch must change the class that it uses. */
export const besideStock = (name: string): unknown =>
  createRequire(stockRequire.resolve("serverless-tencent-scf"))(name);

/** The classes of the stock plugin. */
export const stock = {
  Provider: inside("provider/tencentProvider") as Class<Provider>,
  DeployFunction: inside("deploy/lib/deployFunction") as Class<DeployFunction>,
  RemoveFunction: inside("remove/lib/removeFunction") as Class<RemoveFunction>,
  Deploy: inside("deploy/tencentDeploy") as Class<{ deploy(): Promise<void> }>,
  DeployOne: inside("deploy/tencentDeployFunction") as Class<{ deploy(): Promise<void> }>,
  Handler: inside("shared/handler") as {
    createCosClient(...args: unknown[]): { options: Record<string, unknown> };
  },
  tools: besideStock("serverless-tencent-tools") as {
    Others: { DataReport: { DataReport: Class<{ report(): Promise<boolean> }> } };
    Account: {
      GetUserAuthInfo: new () => {
        isAuth(uin: string, inputs: object): Promise<{ Error?: boolean; Message?: { Authentication?: unknown } }>;
      };
    };
  },
};
