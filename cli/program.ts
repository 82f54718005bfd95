// Declares the commands and their options. Each command is loaded when it runs, so that help is quick.
import { Argument, Command, Option } from "commander";
import type { ApplyOptions } from "./commands/apply.ts";
import type { DoctorOptions } from "./commands/doctor.ts";
import type { EmulatorOptions } from "./commands/emulator.ts";
import type { HistoryOptions } from "./commands/history.ts";
import type { OutputsOptions } from "./commands/outputs.ts";
import type { PlanOptions } from "./commands/plan.ts";
import type { RebuildOptions } from "./commands/rebuild.ts";
import type { RetryOptions } from "./commands/retry.ts";
import type { StatusOptions } from "./commands/status.ts";
import { SHELLS, type Shell } from "./completion/shells.ts";
import { arrangeHelp, checkCommandName } from "./help.ts";
import { packageVersion } from "./package.ts";
import type { ExitCode } from "./report-error.ts";

/** Runs the command that the arguments name. Throws what the command throws, and `CommanderError` for wrong usage. */
export async function run(argv: readonly string[]): Promise<ExitCode> {
  const { program, exitCode } = declareProgram();
  checkCommandName(program, argv);
  await program.parseAsync(argv);
  return exitCode();
}

/** Declares everything that can be typed. `exitCode` answers that of the command that has run. */
export function declareProgram(): { readonly program: Command; readonly exitCode: () => ExitCode } {
  const program = new Command("cvm-replicator")
    .description("Keeps CVM custom images replicated across regions by policy: exactly one good copy in each region.")
    .version(packageVersion())
    .helpCommand(false)
    .exitOverride()
    .addHelpText(
      "after",
      `
Configuration is read from the environment: TENCENTCLOUD_SECRET_ID,
TENCENTCLOUD_SECRET_KEY, POLICY_FILE, STATE_URL, REPLICATOR_ENDPOINT (to use the
emulator) and others; see docs/configuration.md.

Exit codes: 0 success; 1 error; 2 bad usage or policy; 3 manual action required,
permanent failure, or a region that cannot be read for now; 4 changes are
pending (plan --detailed-exitcode); 130 interrupted.`,
    );

  let exitCode: ExitCode = 0;
  const json = () => new Option("--json", "print JSON on standard output");
  const only = () => several("--only <policy>", "only copies of this policy");
  const region = () => several("--region <region>", "only copies in this region");
  const image = () => several("--image <image>", "only copies of this image: id or name, or id of a copy");
  const policy = () =>
    new Option("--policy <file>", "the policy file; - reads standard input (default: POLICY_FILE, else policy.yaml)");

  program
    .command("validate")
    .description("validate the policy file offline")
    .addOption(policy())
    .option("--tests <file>", "check the policies against the examples in this file (image → expected regions)")
    .addOption(json())
    .action(async (options: { policy?: string; tests?: string; json?: boolean }) => {
      exitCode = await (await import("./commands/validate.ts")).validate(options);
    });

  program
    .command("plan")
    .description("show pending changes, skipped images, size, cost and duration")
    .addOption(policy())
    .addOption(json())
    .option("--preflight", "validate each copy with a DryRun call")
    .option("--detailed-exitcode", "exit with 4 if changes are pending")
    .option("--all", "show each copy, however many there are")
    .addOption(only())
    .addOption(region())
    .addOption(image())
    .action(async (options: PlanOptions) => {
      exitCode = await (await import("./commands/plan.ts")).plan(options);
    });

  program
    .command("apply")
    .description("create, update and delete copies as the policies require")
    .addOption(policy())
    .addOption(json())
    .option("--wait", "wait until every copy is ready or requires manual action")
    .option("--yes", "delete what the plan says without asking")
    .addOption(only())
    .addOption(region())
    .addOption(image())
    .option("--accept-vanished", "confirm that many missing copies were deleted on purpose; create them again")
    .option("--accept-unshare", "confirm that copies lose most of the accounts that they are shared with")
    .option("--accept-recall", "confirm that many sources were deprecated or tagged on purpose; act on it")
    .action(async (options: ApplyOptions) => {
      exitCode = await (await import("./commands/apply.ts")).apply(options);
    });

  program
    .command("status")
    .description("show the recorded state of every copy, from the state alone")
    .option("-w, --watch", "show it again whenever it changes, until Ctrl-C")
    .addOption(several("--policy <name>", "only copies of this policy"))
    .addOption(several("--only <policy>", "the same as --policy").hideHelp())
    .addOption(region())
    .addOption(image())
    .addOption(several("--state <state>", "only copies in this state, e.g. blocked"))
    .addOption(
      new Option("--summary [by]", "count the copies by image, region or policy, the worst first")
        .choices(["image", "region", "policy"])
        .preset("image"),
    )
    .option("--wide", "every column and every name, whatever the width")
    .option("--all", "retired copies as well")
    .option("--account <uin>", "the account, if the state holds several")
    .addOption(json())
    .action(async (options: StatusOptions) => {
      exitCode = await (await import("./commands/status.ts")).status(options);
    });

  program
    .command("doctor")
    .description("examine credentials, permissions, regions, state and deployment")
    .addOption(policy())
    .option("--deploy", "examine what a deployment needs, with the deploying key")
    .option("--stage <name>", "the stage of the deployment", "dev")
    .addOption(json())
    .action(async (options: DoctorOptions) => {
      exitCode = await (await import("./commands/doctor.ts")).doctor(options);
    });

  program
    .command("retry")
    .description("reset the attempts and the backoff of failed, retrying and blocked copies, then run apply")
    .argument("[image...]", "ids of sources or copies, names of sources, or instances (ins-…) that run one")
    .addOption(policy())
    .addOption(only())
    .addOption(region())
    .option("--yes", "delete what the policies say without asking")
    .option("--wait", "wait until every copy is ready or requires manual action")
    .addOption(json())
    .action(async (images: string[], options: RetryOptions) => {
      exitCode = await (await import("./commands/retry.ts")).retry(images, options);
    });

  program
    .command("explain")
    .description("explain why an image is or is not copied, and what to change")
    .argument(
      "<image>",
      "id or exact name of an image; or an instance, launch template or launch configuration (ins-…, lt-…, asc-…)",
    )
    .addOption(policy())
    .option("--region <region>", "only the image in this region")
    .addOption(json())
    .action(async (image: string, options: { policy?: string; region?: string; json?: boolean }) => {
      exitCode = await (await import("./commands/explain.ts")).explain(image, options);
    });

  program
    .command("history")
    .description("show the latest runs, or all that happened to the copies of an image")
    .argument("[image]", "source or copy id, or the name of a source")
    .addOption(region())
    .addOption(only())
    .option("--since <time>", "a duration such as 2h, or a date such as 2026-11-27 (UTC)")
    .option("--limit <number>", "the most runs (default: 20) or lines (default: 500)")
    .option("--account <uin>", "the account, if the state holds several")
    .addOption(json())
    .action(async (image: string | undefined, options: HistoryOptions) => {
      exitCode = await (await import("./commands/history.ts")).history(image, options);
    });

  program
    .command("outputs")
    .description("print region → image id for each family and policy, for CI and Terraform")
    .addOption(several("--family <family>", "only this family"))
    .addOption(only())
    .addOption(region())
    .addOption(image())
    .option("--format <format>", "json (the default) or dotenv")
    .addOption(json())
    .option("--to <place>", "write to this file, or to cos://BUCKET-APPID/KEY?region=REGION, as a whole or not at all")
    .option("--account <uin>", "the account, if the state holds several")
    .option("--allow-missing", "leave out regions whose copy is not ready, instead of exiting with 3")
    .action(async (options: OutputsOptions) => {
      exitCode = await (await import("./commands/outputs.ts")).outputs(options);
    });

  program
    .command("rollback")
    .description("point a family back to its previous image in every region (idempotent)")
    .argument("<family>", "the image family")
    .addOption(policy())
    .option("--dry-run", "show the changes without making them")
    .option("--further", "go one version further back than the last rollback")
    .addOption(json())
    .action(
      async (family: string, options: { policy?: string; dryRun?: boolean; further?: boolean; json?: boolean }) => {
        exitCode = await (await import("./commands/rollback.ts")).rollback(family, options);
      },
    );

  program
    .command("prune")
    .description("delete the orphaned copies of an image, also where they are the last usable versions")
    .argument("<image>", "source or copy id")
    .addOption(policy())
    .addOption(json())
    .option("--yes", "do not ask for confirmation")
    .action(async (image: string, options: { policy?: string; json?: boolean; yes?: boolean }) => {
      exitCode = await (await import("./commands/prune.ts")).prune(image, options);
    });

  program
    .command("rebuild")
    .description("delete the recorded copies and find them again in the cloud; changes nothing in the cloud")
    .addOption(policy())
    .addOption(json())
    .option("--yes", "do not ask for confirmation")
    .option("--take-over <id>", "continue as the installation with this id: its copies become this one's")
    .action(async (options: RebuildOptions) => {
      exitCode = await (await import("./commands/rebuild.ts")).rebuild(options);
    });

  program
    .command("emulator")
    .description(
      "run an emulated Tencent Cloud API on this machine (CVM images, Tag, STS, CAM, Region, COS, EventBridge, CLS, SCF)",
    )
    .option("--port <port>", "port to listen on (0: any)", "9900")
    .option("--host <host>", "address to listen on", "127.0.0.1")
    .option(
      "--time-scale <n>",
      "run image creation, copies and imports n times as fast as the cloud; not timers and retries of functions",
      "1",
    )
    .option("--no-cross-border", "refuse copies between mainland China and elsewhere, as for a new account")
    .option("--seed <n>", "seed of the random numbers", "1")
    .option("--run-functions", "run the functions that are deployed to it, with all your rights; on loopback only")
    .action(async (options: EmulatorOptions) => {
      exitCode = await (await import("./commands/emulator.ts")).emulator(options);
    });

  program
    .command("demo")
    .description("run everything locally in under a minute: emulator, state, functions, events, timer, two images")
    .action(async () => {
      exitCode = await (await import("./commands/demo.ts")).demo();
    });

  program
    .command("completion")
    .description("print the script that completes commands, options and their values in a shell")
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .action(async (shell: Shell) => {
      exitCode = (await import("./commands/completion.ts")).completion(shell, program);
    });

  // For the completion scripts alone: the names in the policy file, or nothing.
  program.command("policy-names", { hidden: true }).action(async () => {
    exitCode = await (await import("./commands/completion.ts")).policyNames();
  });

  program
    .command("version")
    .description("show the version, the build, and the Node and platform that it runs on")
    .addOption(json())
    .action(async (options: { json?: boolean }) => {
      exitCode = (await import("./commands/version.ts")).version(options);
    });

  program
    .command("help")
    .description("show the help of a command")
    .argument("[command]", "the command")
    .action((name?: string) => {
      const command = program.commands.find((one) => one.name() === name) ?? program;
      command.help();
    });
  arrangeHelp(program);
  return { program, exitCode: () => exitCode };
}

/** An option that may be given several times. */
function several(flags: string, description: string): Option {
  return new Option(flags, `${description}; may be repeated`).argParser((value: string, before: string[] = []) => [
    ...before,
    value,
  ]);
}
