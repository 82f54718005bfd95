"use strict";

/**
 * Makes serverless-tencent-scf 0.1.36 fit for unattended use. It stands before that plugin in `serverless.yml`, because
 * that plugin calls home from its constructor. CommonJS, as the classes that are changed here are.
 */

const fs = require("node:fs");
const path = require("node:path");
const { createRequire } = require("node:module");

const Provider = require("serverless-tencent-scf/provider/tencentProvider");
const DeployFunction = require("serverless-tencent-scf/deploy/lib/deployFunction");

// The plugin's own copy: it has to be the very class that the plugin uses.
const tools = createRequire(require.resolve("serverless-tencent-scf"))("serverless-tencent-tools");

const REAL_NAME_CHECK_MS = 10_000;

/** Telemetry goes to a plain-http host at every command, and where that host is not reached the command dies. */
function sendNoTelemetry() {
  tools.Others.DataReport.DataReport.prototype.report = async () => true;
}

/**
 * The stock provider reads a file in its constructor and asks the API about it, even for `package` and `print`; without
 * the file it opens a QR login and polls for ever. Here nothing is read before a command needs it.
 */
function takeCredentialsFromEnvironment(UserError) {
  const { getUserCred, getAppid } = Provider.prototype;

  Provider.prototype.getCredentials = async () => {};

  // Looks up the two numbers when they are not given (CAM GetUserAppId); the stock code leaves the token out.
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

  // Stands where the QR login stood: reached when there are no credentials.
  Provider.prototype.getTempKey = async () => {
    const unset = ["TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"].filter((name) => !process.env[name]);
    throw new UserError(
      `No credentials: ${unset.join(" and ")} not set. Set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY (for ` +
        "temporary ones TENCENTCLOUD_TOKEN too); TENCENTCLOUD_APPID and TENCENTCLOUD_UIN save a look-up.",
      "NO_CREDENTIALS",
    );
  };
}

/**
 * The stock check asks a plain-http host whether the account is verified, and ends the process if no answer comes.
 * SCF checks it again by itself, so no answer is a warning here; the answer "not verified" still stops.
 */
function bearNoAnswerAboutTheRealName(UserError, log) {
  Provider.prototype.getUserAuth = async function (uin) {
    let timer;
    const noAnswer = new Promise((resolve) => {
      timer = setTimeout(resolve, REAL_NAME_CHECK_MS);
    });
    const asked = new tools.Account.GetUserAuthInfo().isAuth(uin, this.reportInputs).catch(() => undefined);
    const answer = await Promise.race([asked, noAnswer]);
    clearTimeout(timer);
    const verified = answer?.Error === true ? undefined : answer?.Message?.Authentication;
    if (verified === undefined) {
      log.warning("Nobody answered whether the account is verified; going on, the service checks it by itself.");
    } else if (Number(verified) !== 1) {
      throw new UserError(
        "The account is not verified (real name). See https://console.cloud.tencent.com/developer/auth",
        "ACCOUNT_NOT_VERIFIED",
      );
    }
    return true;
  };
}

/** The stock code writes each function's variables into the provider's, so that they reach all later functions. */
function keepVariablesApart() {
  Provider.prototype.getEnvironment = function (fn) {
    const shared = this.serverless.service.provider.environment?.variables;
    const variables = { ...shared, ...fn.environment?.variables };
    return Object.keys(variables).length === 0 ? null : { Variables: variables };
  };
}

/** The stock code knows one zip for the service, and crashes where each function has its own. */
function uploadOneZipPerFunction(folder) {
  const { getFuntionBucketKey } = Provider.prototype;
  const { uploadPackage2Cos } = DeployFunction.prototype;
  const keyOf = (key, name) => key.replace(/\.zip$/, `-${name}.zip`);

  // "default" is what the stock code calls the service as a whole; that name must stay.
  Provider.prototype.getFuntionBucketKey = function (name, ...rest) {
    const key = getFuntionBucketKey.call(this, name, ...rest);
    return name === "default" ? key : keyOf(key, name);
  };

  // `deploy` names no file, `deploy function` does.
  DeployFunction.prototype.uploadPackage2Cos = async function (bucket, key, file) {
    if (file !== undefined) return uploadPackage2Cos.call(this, bucket, key, file);
    for (const name of this.serverless.service.getAllFunctions()) {
      await uploadPackage2Cos.call(this, bucket, keyOf(key, name), path.join(folder, `${name}.zip`));
    }
    // Only said to the user afterwards: what was uploaded.
    this.serverless.service.package.artifact = folder;
  };
}

/**
 * The stock code keeps a description of each deployment in COS, variables included, and STATE_URL holds a password.
 * `rollback`, its only reader, changes no variables when it finds none.
 */
function keepVariablesOutOfTheBucket() {
  const { uploadService2Cos } = DeployFunction.prototype;
  DeployFunction.prototype.uploadService2Cos = function (bucket, key, service) {
    const copy = structuredClone(service);
    for (const fn of Object.values(copy.Resources.default)) delete fn.Properties?.Environment;
    return uploadService2Cos.call(this, bucket, key, copy);
  };
}

class FitForUnattendedUse {
  constructor(serverless, options, { log }) {
    this.serverless = serverless;
    this.options = options;
    this.UserError = serverless.classes.Error;
    this.folder = path.resolve(
      serverless.serviceDir,
      options.package || serverless.service.package.path || ".serverless",
    );

    sendNoTelemetry();
    takeCredentialsFromEnvironment(this.UserError);
    bearNoAnswerAboutTheRealName(this.UserError, log);
    keepVariablesApart();
    uploadOneZipPerFunction(this.folder);
    keepVariablesOutOfTheBucket();

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

  requireZips(names) {
    const missing = names.map((name) => this.zipOf(name)).filter((file) => !fs.existsSync(file));
    if (missing.length > 0) {
      throw new this.UserError(
        `Not built yet: ${missing.map((file) => path.relative(this.serverless.serviceDir, file)).join(", ")}. ` +
          "Run: npm run build -- --package",
        "NOT_BUILT",
      );
    }
  }

  /** `deploy function` looks for `.serverless/<name>.zip`, which the framework makes only of what it zips itself. */
  collectZips(names) {
    fs.mkdirSync(this.folder, { recursive: true });
    for (const name of names) fs.copyFileSync(this.zipOf(name), path.join(this.folder, `${name}.zip`));
  }

  /** Functions that could not start are not deployed. `package` needs none of this. */
  requireSettings(names) {
    const { service } = this.serverless;
    const problems = new Set();
    for (const name of names) {
      const fn = service.getFunction(name);
      if (!fn.role && !service.provider.role) problems.add("REPLICATOR_ROLE: not set; name the role for the functions");
      const { Variables: variables } = this.serverless.getProvider("tencent").getEnvironment(fn) ?? { Variables: {} };
      for (const [key, value] of Object.entries(variables)) if (value === "") problems.add(`${key}: not set`);
      if (variables.STATE_URL && !/^postgres(ql)?:\/\//.test(variables.STATE_URL)) {
        problems.add("STATE_URL: functions need a server, postgres://…; instances do not share an embedded state");
      }
    }
    const { vpcId, subnetId } = service.provider.vpcConfig ?? {};
    if (!vpcId !== !subnetId) problems.add("VPC_ID, SUBNET_ID: set both or neither");
    if (problems.size > 0) {
      throw new this.UserError(`Not deployed:\n${[...problems].map((text) => `  ${text}`).join("\n")}`, "SETTINGS");
    }
  }
}

module.exports = FitForUnattendedUse;
