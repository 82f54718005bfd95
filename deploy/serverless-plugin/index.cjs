// Patches serverless-tencent-scf 0.1.36 for unattended use.
"use strict";

// serverless.yml lists this plugin first, because the constructor of serverless-tencent-scf sends
// telemetry. This file is CommonJS because the patched classes are.

const fs = require("node:fs");
const path = require("node:path");
const { createRequire } = require("node:module");

const Provider = require("serverless-tencent-scf/provider/tencentProvider");
const DeployFunction = require("serverless-tencent-scf/deploy/lib/deployFunction");

// Loads the plugin's own copy, because the patch must change the class that the plugin uses.
const tools = createRequire(require.resolve("serverless-tencent-scf"))("serverless-tencent-tools");

const REAL_NAME_CHECK_MS = 10_000;

/** The functions check the rest. A bucket without its APPID would fail only there, minute after minute. */
const COS_URL = /^cos:\/\/[a-z0-9][a-z0-9-]*-[0-9]{6,12}(\/|\?|$)/;

/**
 * The stock code sends telemetry to a plain-http host on every command, and fails if the host is
 * unreachable.
 */
function disableTelemetry() {
  tools.Others.DataReport.DataReport.prototype.report = async () => true;
}

/**
 * The stock provider reads a credentials file in its constructor and calls the API, even for
 * `package` and `print`. Without the file it starts a QR login and polls forever. The patched
 * provider reads credentials from the environment, and only when a command needs them.
 */
function readCredentialsFromEnvironment(UserError) {
  const { getUserCred, getAppid } = Provider.prototype;

  Provider.prototype.getCredentials = async () => {};

  // Looks up the account's two ids if they are not set (CAM GetUserAppId). The stock code omits the
  // token.
  Provider.prototype.getAppid = function (credentials) {
    return getAppid.call(this, { ...credentials, token: process.env.TENCENTCLOUD_TOKEN });
  };

  Provider.prototype.getUserCred = function (options) {
    const env = process.env;
    if (env.TENCENTCLOUD_SECRET_ID && env.TENCENTCLOUD_SECRET_KEY) {
      options.credentials = {
        tencent_secret_id: env.TENCENTCLOUD_SECRET_ID,
        tencent_secret_key: env.TENCENTCLOUD_SECRET_KEY,
        tencent_appid: env.TENCENTCLOUD_APPID,
        tencent_owneruin: env.TENCENTCLOUD_UIN,
      };
      if (env.TENCENTCLOUD_TOKEN) options.token = env.TENCENTCLOUD_TOKEN;
    }
    return getUserCred.call(this, options);
  };

  // Replaces the QR login, which the stock code starts if there are no credentials.
  Provider.prototype.getTempKey = async () => {
    const unset = ["TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"].filter((name) => !process.env[name]);
    throw new UserError(
      `No credentials: ${unset.join(" and ")} not set. Set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, and ` +
        "TENCENTCLOUD_TOKEN for temporary credentials. TENCENTCLOUD_APPID and TENCENTCLOUD_UIN skip one CAM lookup.",
      "NO_CREDENTIALS",
    );
  };
}

/**
 * The stock check asks a plain-http host whether the account is verified, and exits if the host
 * does not answer. SCF checks this itself, so a missing answer is only a warning; "not verified" is
 * still an error.
 */
function tolerateMissingRealNameAnswer(UserError, log) {
  Provider.prototype.getUserAuth = async function (uin) {
    let timer;
    const noAnswer = new Promise((resolve) => {
      timer = setTimeout(resolve, REAL_NAME_CHECK_MS);
    });
    const request = new tools.Account.GetUserAuthInfo().isAuth(uin, this.reportInputs).catch(() => undefined);
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
function isolateFunctionVariables() {
  Provider.prototype.getEnvironment = function (fn) {
    const shared = this.serverless.service.provider.environment?.variables;
    const all = Object.entries({ ...shared, ...fn.environment?.variables });
    const variables = Object.fromEntries(all.filter(([, value]) => value !== null));
    return Object.keys(variables).length === 0 ? null : { Variables: variables };
  };
}

/**
 * The stock code supports one zip for the whole service and crashes if each function has its own.
 */
function uploadOneZipPerFunction(folder) {
  const { getFuntionBucketKey } = Provider.prototype;
  const { uploadPackage2Cos } = DeployFunction.prototype;
  const keyOf = (key, name) => key.replace(/\.zip$/, `-${name}.zip`);

  // The stock code uses "default" for the whole service; that key must stay.
  Provider.prototype.getFuntionBucketKey = function (name, ...rest) {
    const key = getFuntionBucketKey.call(this, name, ...rest);
    return name === "default" ? key : keyOf(key, name);
  };

  // `deploy` passes no file; `deploy function` passes one.
  DeployFunction.prototype.uploadPackage2Cos = async function (bucket, key, file) {
    if (file !== undefined) return uploadPackage2Cos.call(this, bucket, key, file);
    for (const name of this.serverless.service.getAllFunctions()) {
      await uploadPackage2Cos.call(this, bucket, keyOf(key, name), path.join(folder, `${name}.zip`));
    }
    // The stock code prints this as the uploaded artifact.
    this.serverless.service.package.artifact = folder;
  };
}

/**
 * The stock code stores a description of each deployment in COS, including variables, and STATE_URL
 * contains a password. Only `rollback` reads the description, and it keeps the variables if the
 * description has none.
 */
function omitVariablesFromBucket() {
  const { uploadService2Cos } = DeployFunction.prototype;
  DeployFunction.prototype.uploadService2Cos = function (bucket, key, service) {
    const copy = structuredClone(service);
    for (const fn of Object.values(copy.Resources.default)) delete fn.Properties?.Environment;
    return uploadService2Cos.call(this, bucket, key, copy);
  };
}

class UnattendedDeployment {
  constructor(serverless, options, { log }) {
    this.serverless = serverless;
    this.options = options;
    this.UserError = serverless.classes.Error;
    this.folder = path.resolve(
      serverless.serviceDir,
      options.package || serverless.service.package.path || ".serverless",
    );

    disableTelemetry();
    readCredentialsFromEnvironment(this.UserError);
    tolerateMissingRealNameAnswer(this.UserError, log);
    isolateFunctionVariables();
    uploadOneZipPerFunction(this.folder);
    omitVariablesFromBucket();

    this.hooks = {
      "before:package:createDeploymentArtifacts": () => this.requireZips(serverless.service.getAllFunctions()),
      "after:package:createDeploymentArtifacts": () => this.collectZips(serverless.service.getAllFunctions()),
      "before:package:function:package": () => this.requireZips([options.function]),
      "after:package:function:package": () => this.collectZips([options.function]),
      "before:deploy:deploy": () => this.requireSettings(serverless.service.getAllFunctions()),
      "before:deploy:function:initialize": () => this.requireSettings([options.function]),
    };
  }

  zipOf(name) {
    return path.resolve(this.serverless.serviceDir, this.serverless.service.getFunction(name).package.artifact);
  }

  /** Throws unless the build has made the zips of these functions. */
  requireZips(names) {
    const missing = names.map((name) => this.zipOf(name)).filter((file) => !fs.existsSync(file));
    if (missing.length > 0) {
      throw new this.UserError(
        `Not built: ${missing.map((file) => path.relative(this.serverless.serviceDir, file)).join(", ")}. ` +
          "Run: npm run package",
        "NOT_BUILT",
      );
    }
  }

  /**
   * `deploy function` needs `.serverless/<name>.zip`, which the framework creates only for zips it
   * builds itself.
   */
  collectZips(names) {
    fs.mkdirSync(this.folder, { recursive: true });
    for (const name of names) fs.copyFileSync(this.zipOf(name), path.join(this.folder, `${name}.zip`));
  }

  /**
   * Rejects a deployment whose functions could not start. `package` does not need these settings.
   */
  requireSettings(names) {
    const { service } = this.serverless;
    const problems = new Set();
    for (const name of names) {
      const fn = service.getFunction(name);
      if (!fn.role && !service.provider.role)
        problems.add("REPLICATOR_ROLE: not set; set it to the role of the functions");
      const { Variables: variables } = this.serverless.getProvider("tencent").getEnvironment(fn) ?? { Variables: {} };
      for (const [key, value] of Object.entries(variables)) if (value === "") problems.add(`${key}: not set`);
      if (variables.STATE_URL && !/^(postgres(ql)?|cos):\/\//.test(variables.STATE_URL)) {
        problems.add("STATE_URL: must be cos://… or postgres://…; function instances do not share an embedded state");
      }
      if (/^cos:/.test(variables.STATE_URL ?? "") && !COS_URL.test(variables.STATE_URL))
        problems.add("STATE_URL: must name a bucket with its APPID, e.g. cos://images-1250000000/state");
    }
    const { vpcId, subnetId } = service.provider.vpcConfig ?? {};
    if (!vpcId !== !subnetId) problems.add("VPC_ID, SUBNET_ID: set both or neither");
    if (problems.size > 0) {
      throw new this.UserError(`Not deployed:\n${[...problems].map((text) => `  ${text}`).join("\n")}`, "SETTINGS");
    }
  }
}

module.exports = UnattendedDeployment;
