// The plugin: what `serverless deploy`, `deploy function`, `remove` and `logs` do besides serverless-tencent-scf.
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DeployError, stockError } from "../account/call.ts";
import { complete, type Given, type Prepared, prepare, prepareOne } from "../account/deploy.ts";
import type { Deployment as Account } from "../account/deployment.ts";
import { endpointIn, keyIn, openDeployment } from "../account/open.ts";
import { afterFunctions, type Before, beforeFunctions, type Extent, whatStays } from "../account/remove.ts";
import { stateUrlOutside } from "../account/resources/state-bucket.ts";
import { checkPackage } from "../packaged.ts";
import type { Log, Options, Serverless } from "./framework.ts";
import * as patches from "./patches.ts";
import { redirectStock } from "./redirect.ts";
import { settingsProblems } from "./settings.ts";

type Opened = Account & { readonly done: readonly string[] };

const flag = (usage: string) => ({ usage, type: "boolean" }) as const;
const AS_PACKAGED = {
  "as-packaged": flag("Deploy the zips in dist/functions though sources or policy have changed since"),
};

/** Listed before serverless-tencent-scf in serverless.yml, whose constructor sends telemetry. */
export class Deployment {
  readonly hooks: Readonly<Record<string, () => unknown>>;
  readonly commands = {
    deploy: { options: AS_PACKAGED, commands: { function: { options: AS_PACKAGED } } },
    remove: {
      options: {
        "with-state": flag("Delete the state of this stage as well"),
        "with-logs": flag("Delete the journal and the logs of the functions as well"),
      },
    },
  };
  private readonly serverless: Serverless;
  private readonly options: Options;
  private readonly log: Log;
  private readonly folder: string;
  private readonly stage: string;
  private opened: Opened | undefined;
  private prepared: Prepared | undefined;
  private before: Before = { isElsewhere: false, found: [] };
  private readonly failures: string[] = [];

  constructor(serverless: Serverless, options: Options, { log }: { log: Log }) {
    const { service, serviceDir, classes } = serverless;
    this.serverless = serverless;
    this.options = options;
    this.log = log;
    this.folder = resolve(serviceDir, options.package || service.package.path || ".serverless");
    this.stage = options.stage || service.provider.stage || "dev";

    const endpoint = this.orUserError(() => endpointIn(process.env));
    patches.disableTelemetry();
    patches.readCredentialsFromEnvironment(classes.Error, missingKey);
    patches.tolerateMissingRealNameAnswer(classes.Error, log, endpoint !== undefined);
    patches.isolateFunctionVariables();
    patches.uploadOneZipPerFunction(this.folder);
    patches.omitVariablesFromBucket();
    const of = { service: service.service, stage: this.stage };
    patches.createWithMarkAndNewRole(of, () => this.prepared?.isRoleNew ?? false, sleep);
    patches.explainDeployErrors((thrown) => this.explained(stockError(thrown, keyIn(process.env))));
    patches.removeEachFunction((thrown) => this.failures.push(stockError(thrown, keyIn(process.env)).message));
    if (endpoint) {
      redirectStock(endpoint);
      log.notice(`REPLICATOR_ENDPOINT: all calls go to ${endpoint.origin} instead of the cloud`);
    }

    const all = () => service.getAllFunctions();
    const one = () => [options.function ?? ""];
    this.hooks = {
      "before:package:createDeploymentArtifacts": () => this.requireZips(all()),
      "after:package:createDeploymentArtifacts": () => this.collectZips(all()),
      "before:package:function:package": () => this.requireZips(one()),
      "after:package:function:package": () => this.collectZips(one()),
      "before:deploy:deploy": () => this.guarded(() => this.beforeDeploy()),
      "after:deploy:deploy": () => this.guarded(() => this.afterDeploy(all())),
      "before:deploy:function:initialize": () => this.guarded(() => this.beforeDeployOne(one())),
      "after:deploy:function:deploy": () => this.guarded(() => this.afterDeploy(one())),
      "before:remove:remove": () => this.guarded(() => this.beforeRemove()),
      "after:remove:remove": () => this.guarded(() => this.afterRemove()),
      "before:logs:logs": () => this.refuseLogs(),
    };
  }

  private zipOf(name: string): string {
    const { serviceDir, service } = this.serverless;
    return resolve(serviceDir, service.getFunction(name).package?.artifact ?? `dist/functions/${name}.zip`);
  }

  /** Throws unless the build has made the zips of these functions. */
  private requireZips(names: readonly string[]): void {
    const missing = names.map((name) => this.zipOf(name)).filter((file) => !existsSync(file));
    if (missing.length === 0) return;
    const { serviceDir } = this.serverless;
    throw this.userError(
      `Not built: ${missing.map((file) => relative(serviceDir, file)).join(", ")}. Run: npm run package`,
      "NOT_BUILT",
    );
  }

  /**
   * `deploy function` needs `.serverless/<name>.zip`, which the framework creates only for zips it
   * builds itself.
   */
  private collectZips(names: readonly string[]): void {
    mkdirSync(this.folder, { recursive: true });
    for (const name of names) copyFileSync(this.zipOf(name), join(this.folder, `${name}.zip`));
  }

  /** The policies of the package. Throws if the settings or the package are wrong, with all problems at once. */
  private checked(names: readonly string[]) {
    const { service, serviceDir } = this.serverless;
    const zips = Object.fromEntries(names.map((name) => [name, this.zipOf(name)]));
    const how = { policyPath: process.env["POLICY_FILE"], asPackaged: this.options["as-packaged"] ?? false };
    const checked = checkPackage(serviceDir, zips, how);
    const problems = settingsProblems(
      service,
      names.map((name) => service.getFunction(name)),
      this.stage,
    );
    if ("problems" in checked) problems.push(...checked.problems);
    if (problems.length > 0 || !("package" in checked))
      throw this.userError(`Not deployed:\n${problems.map((text) => `  ${text}`).join("\n")}`, "SETTINGS");
    return checked.package;
  }

  private given(): Given {
    const { role, environment } = this.serverless.service.provider;
    const value = (name: string) => environment?.variables?.[name] ?? undefined;
    return {
      role: role || undefined,
      stateUrl: value("STATE_URL"),
      installation: value("REPLICATOR_INSTALLATION"),
      topicId: value("CLS_TOPIC_ID"),
      topicRegion: value("CLS_REGION"),
      passwordSecret: value("STATE_PASSWORD_SECRET"),
    };
  }

  private async open(): Promise<Opened> {
    const { service } = this.serverless;
    const region = service.provider.region || "ap-guangzhou";
    const voice = { say: (line: string) => this.log.notice(line), warn: (line: string) => this.log.warning(line) };
    this.opened = await openDeployment({ service: service.service, stage: this.stage, region }, process.env, voice);
    return this.opened;
  }

  private async beforeDeploy(): Promise<void> {
    const names = this.serverless.service.getAllFunctions();
    const { policies } = this.checked(names);
    const order = { given: this.given(), needs: { policies }, names, env: process.env };
    this.use(await prepare(await this.open(), order));
  }

  private async beforeDeployOne([name = ""]: readonly string[]): Promise<void> {
    this.checked([name]);
    this.use(await prepareOne(await this.open(), this.given(), name));
  }

  /** Lets the stock plugin make the functions with this. */
  private use(prepared: Prepared): void {
    const { provider } = this.serverless.service;
    this.prepared = prepared;
    provider.role = prepared.role;
    Object.assign(provider.environment?.variables ?? {}, prepared.variables);
  }

  private async afterDeploy(names: readonly string[]): Promise<void> {
    if (!this.opened) return;
    const { service } = this.serverless;
    const functions = Object.fromEntries(
      names.map((name) => [name, { description: service.getFunction(name).description ?? "" }]),
    );
    for (const name of names) this.opened.report("updated", `code and variables of ${name}`);
    await complete(this.opened, functions, this.prepared?.logs);
    this.log.notice("deployed");
    const stateUrl = stateUrlOutside(this.prepared?.variables["STATE_URL"] ?? "", this.opened.region);
    this.log.notice(`To see the copies: STATE_URL='${stateUrl}' npx cvm-replicator status`);
  }

  private extent(): Extent {
    const { "with-state": withState = false, "with-logs": withLogs = false } = this.options;
    return { hasOwnRole: !!this.serverless.service.provider.role, withState, withLogs };
  }

  private async beforeRemove(): Promise<void> {
    this.before = await beforeFunctions(await this.open(), this.serverless.service.getAllFunctions());
  }

  private async afterRemove(): Promise<void> {
    if (!this.opened) return;
    const extent = { ...this.extent(), ...this.before };
    await afterFunctions(this.opened, this.serverless.service.getAllFunctions(), extent, this.failures);
    for (const line of whatStays(this.opened, extent)) this.log.notice(line);
  }

  private refuseLogs(): never {
    throw this.userError(
      "SCF answers no logs any more (GetFunctionLogs is offline). They are in CLS: " +
        `logset ${this.serverless.service.service}-${this.stage}, topic functions; the journal is in its topic journal. ` +
        "See https://console.cloud.tencent.com/cls/search",
      "LOGS",
    );
  }

  /** Runs a step of a command; its error says what was done before it, and that repeating goes on from there. */
  private async guarded(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      throw error instanceof DeployError ? this.explained(error) : error;
    }
  }

  private explained({ message }: DeployError): Error {
    const done = this.opened?.done ?? [];
    const changed = done.filter((line) => !line.startsWith("unchanged"));
    const before = changed.length === 0 ? "Nothing was changed before." : `Done before: ${changed.join(", ")}.`;
    return this.userError(`${message}\n${before} The same command goes on from here.`, "DEPLOYMENT");
  }

  private orUserError<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw error instanceof DeployError ? this.userError(error.message, "SETTINGS") : error;
    }
  }

  private userError(message: string, code: string): Error {
    return new this.serverless.classes.Error(message, code);
  }
}

/** The message about a missing key. */
function missingKey(): string {
  try {
    keyIn(process.env);
    return "";
  } catch (error) {
    return error instanceof DeployError ? error.message : "";
  }
}
