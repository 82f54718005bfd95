// Patches serverless-tencent-scf 0.1.36 for unattended use.
import { join } from "node:path";
import { describedFunction } from "../account/resources/function-settings.ts";
import { type Log, type Serverless, stock } from "./framework.ts";

const REAL_NAME_CHECK_MS = 10_000;
/** How long SCF may refuse a role that CAM has just made, and the pause between two tries. */
const ROLE_TRIES = 12;
const ROLE_PAUSE_MS = 5000;

type UserError = Serverless["classes"]["Error"];

/**
 * The stock code sends telemetry to a plain-http host on every command, and fails if the host is
 * unreachable.
 */
export function disableTelemetry(): void {
  stock.tools.Others.DataReport.DataReport.prototype.report = async () => true;
}

/**
 * The stock provider reads a credentials file in its constructor and calls the API, even for
 * `package` and `print`. Without the file it starts a QR login and polls forever. The patched
 * provider reads credentials from the environment, and only when a command needs them.
 */
export function readCredentialsFromEnvironment(UserError: UserError, missing: () => string): void {
  const { prototype } = stock.Provider;
  const { getUserCred, getAppid } = prototype;

  prototype.getCredentials = async () => {};

  // Looks up the account's two ids if they are not set (CAM GetUserAppId). The stock code omits the
  // token.
  prototype.getAppid = function (credentials) {
    return getAppid.call(this, { ...credentials, token: process.env["TENCENTCLOUD_TOKEN"] });
  };

  prototype.getUserCred = function (options) {
    const { env } = process;
    if (env["TENCENTCLOUD_SECRET_ID"] && env["TENCENTCLOUD_SECRET_KEY"]) {
      options.credentials = {
        tencent_secret_id: env["TENCENTCLOUD_SECRET_ID"],
        tencent_secret_key: env["TENCENTCLOUD_SECRET_KEY"],
        tencent_appid: env["TENCENTCLOUD_APPID"],
        tencent_owneruin: env["TENCENTCLOUD_UIN"],
      };
      if (env["TENCENTCLOUD_TOKEN"]) options.token = env["TENCENTCLOUD_TOKEN"];
    }
    return getUserCred.call(this, options);
  };

  // Replaces the QR login, which the stock code starts if there are no credentials.
  prototype.getTempKey = async () => {
    throw new UserError(missing(), "NO_CREDENTIALS");
  };
}

/**
 * The stock check asks a plain-http host whether the account is verified, and exits if the host
 * does not answer. SCF checks this itself, so a missing answer is only a warning; "not verified" is
 * still an error. An endpoint in place of the cloud has no such host.
 */
export function tolerateMissingRealNameAnswer(UserError: UserError, log: Log, isRedirected: boolean): void {
  stock.Provider.prototype.getUserAuth = async function (uin) {
    if (isRedirected) return true;
    let timer: NodeJS.Timeout | undefined;
    const noAnswer = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), REAL_NAME_CHECK_MS);
    });
    const request = new stock.tools.Account.GetUserAuthInfo().isAuth(uin, this.reportInputs).catch(() => undefined);
    const answer = await Promise.race([request, noAnswer]);
    clearTimeout(timer);
    const verified = answer?.Error === true ? undefined : answer?.Message?.Authentication;
    if (verified === undefined) {
      log.warning("The real-name check of the account did not answer; continuing, because SCF repeats the check.");
    } else if (Number(verified) !== 1) {
      throw new UserError(
        "The account has no real-name verification. Complete it at https://console.cloud.tencent.com/developer/auth",
        "ACCOUNT_NOT_VERIFIED",
      );
    }
    return true;
  };
}

/**
 * The stock code merges each function's variables into the provider's, so they leak to all later
 * functions. A variable that is null is optional, and not sent.
 */
export function isolateFunctionVariables(): void {
  stock.Provider.prototype.getEnvironment = function (fn) {
    const shared = this.serverless.service.provider.environment?.variables;
    const all = Object.entries({ ...shared, ...fn.environment?.variables });
    const variables = Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== null));
    return Object.keys(variables).length === 0 ? null : { Variables: variables };
  };
}

/**
 * The stock code supports one zip for the whole service and crashes if each function has its own.
 */
export function uploadOneZipPerFunction(folder: string): void {
  const { getFuntionBucketKey } = stock.Provider.prototype;
  const { uploadPackage2Cos } = stock.DeployFunction.prototype;
  const keyOf = (key: string, name: string) => key.replace(/\.zip$/, `-${name}.zip`);

  // The stock code uses "default" for the whole service; that key must stay.
  stock.Provider.prototype.getFuntionBucketKey = function (name, ...rest) {
    const key = getFuntionBucketKey.call(this, name, ...rest);
    return name === "default" ? key : keyOf(key, name);
  };

  // `deploy` passes no file; `deploy function` passes one.
  stock.DeployFunction.prototype.uploadPackage2Cos = async function (bucket, key, file) {
    if (file !== undefined) return uploadPackage2Cos.call(this, bucket, key, file);
    for (const name of this.serverless.service.getAllFunctions()) {
      await uploadPackage2Cos.call(this, bucket, keyOf(key, name), join(folder, `${name}.zip`));
    }
    // The stock code prints this as the uploaded artifact.
    this.serverless.service.package.artifact = folder;
    return undefined;
  };
}

/**
 * The stock code stores a description of each deployment in COS, including variables. Only
 * `rollback` reads the description, and it keeps the variables if the description has none.
 */
export function omitVariablesFromBucket(): void {
  const { uploadService2Cos } = stock.DeployFunction.prototype;
  stock.DeployFunction.prototype.uploadService2Cos = function (bucket, key, service) {
    const copy = structuredClone(service);
    for (const fn of Object.values(copy.Resources.default)) delete fn.Properties?.Environment;
    return uploadService2Cos.call(this, bucket, key, copy);
  };
}

/**
 * Marks new functions as ours from the first moment. CAM needs a moment until SCF sees a new role, so a refusal that
 * is about the role is tried again for a minute while `isRoleNew`.
 */
export function createWithMarkAndNewRole(
  of: { readonly service: string; readonly stage: string },
  isRoleNew: () => boolean,
  pause: (ms: number) => Promise<unknown>,
): void {
  const { prototype } = stock.DeployFunction;
  const { createFunction, updateConfiguration } = prototype;
  const withRole = async (send: () => Promise<unknown>): Promise<unknown> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await send();
      } catch (error) {
        const isAboutRole = /Role/.test(String((error as { code?: unknown }).code));
        if (!isAboutRole || !isRoleNew() || tries >= ROLE_TRIES) throw error;
        await pause(ROLE_PAUSE_MS);
      }
    }
  };
  prototype.createFunction = function (namespace, fn) {
    const { Properties } = fn as { Properties: { Description: string } };
    Properties.Description = describedFunction(Properties.Description, of);
    return withRole(() => createFunction.call(this, namespace, fn));
  };
  prototype.updateConfiguration = function (...args) {
    return withRole(() => updateConfiguration.apply(this, args));
  };
}

/** Turns what the stock deployment throws, texts among it, into `explain(thrown)`. */
export function explainDeployErrors(explain: (thrown: unknown) => Error): void {
  for (const { prototype } of [stock.Deploy, stock.DeployOne]) {
    const { deploy } = prototype;
    prototype.deploy = async function () {
      try {
        await deploy.call(this);
      } catch (error) {
        throw explain(error);
      }
    };
  }
}

/**
 * The stock `remove` stops at the first function that it cannot delete, one that does not exist among them, and
 * says nothing of it. `failed` hears of each other failure, and all are tried.
 */
export function removeEachFunction(failed: (thrown: unknown) => void): void {
  const { remove } = stock.RemoveFunction.prototype;
  stock.RemoveFunction.prototype.remove = async function (name) {
    try {
      return await remove.call(this, name);
    } catch (error) {
      if (!/^ResourceNotFound\./.test(String((error as { code?: unknown }).code))) failed(error);
      return undefined;
    }
  };
}
