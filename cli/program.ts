// Declares the commands and their options. Each command is loaded when it runs, so that help is quick.
import { Argument, Command, Option } from "commander";
import type { ApplyOptions } from "./commands/apply.ts";
import type { DoctorOptions } from "./commands/doctor.ts";
import type { EmulatorOptions } from "./commands/emulator.ts";
import type { RebuildOptions } from "./commands/rebuild.ts";
import type { RetryOptions } from "./commands/retry.ts";
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
Configuration is read from the environment: TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY, POLICY_FILE, STATE_URL,
REPLICATOR_ENDPOINT (to use the emulator) and others; see docs/configuration.md.

Exit codes: 0 success, 1 error, 2 bad usage or policy, 3 manual action required, permanent failure, or a region
that cannot be read for now, 4 changes are pending (plan --detailed-exitcode), 130 interrupted.`,
    );

  let exitCode: ExitCode = 0;
  const json = () => new Option("--json", "print JSON on standard output");
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
    .description("show pending changes, skipped images, size, cost and duration; changes nothing")
    .addOption(policy())
    .addOption(json())
    .option("--preflight", "validate each copy with a DryRun call")
    .option("--detailed-exitcode", "exit with 4 if changes are pending")
    .action(async (options: { policy?: string; json?: boolean; preflight?: boolean; detailedExitcode?: boolean }) => {
      exitCode = await (await import("./commands/plan.ts")).plan(options);
    });

  program
    .command("apply")
    .description("create, update and delete copies as the policies require")
    .addOption(policy())
    .addOption(json())
    .option("--wait", "wait until every copy is ready or requires manual action")
    .option("--accept-vanished", "confirm that many missing copies were deleted on purpose; create them again")
    .option("--accept-unshare", "confirm that copies lose most of the accounts that they are shared with")
    .option("--accept-recall", "confirm that many sources were deprecated or tagged on purpose; act on it")
    .action(async (options: ApplyOptions) => {
      exitCode = await (await import("./commands/apply.ts")).apply(options);
    });

  program
    .command("status")
    .description("show the recorded state of every copy; changes nothing")
    .addOption(json())
    .action(async (options: { json?: boolean }) => {
      exitCode = await (await import("./commands/status.ts")).status(options);
    });

  program
    .command("doctor")
    .description("examine credentials, permissions, regions, state and deployment; changes nothing")
    .addOption(policy())
    .option("--deploy", "examine what a deployment needs, with the deploying key")
    .option("--stage <name>", "the stage of the deployment", "dev")
    .addOption(json())
    .action(async (options: DoctorOptions) => {
      exitCode = await (await import("./commands/doctor.ts")).doctor(options);
    });

  program
    .command("retry")
    .description("reset the attempts and the backoff of failed and blocked copies, then run apply")
    .argument("[image...]", "source or copy ids")
    .addOption(policy())
    .option("--by <name>", "only copies of the policy with this name")
    .option("--region <region>", "only copies in this region")
    .option("--wait", "wait until every copy is ready or requires manual action")
    .addOption(json())
    .action(async (images: string[], options: RetryOptions) => {
      exitCode = await (await import("./commands/retry.ts")).retry(images, options);
    });

  program
    .command("explain")
    .description("explain why an image is or is not copied, and what to change; changes nothing")
    .argument("<image>", "source or copy id")
    .addOption(policy())
    .option("--region <region>", "only the image in this region")
    .addOption(json())
    .action(async (image: string, options: { policy?: string; region?: string; json?: boolean }) => {
      exitCode = await (await import("./commands/explain.ts")).explain(image, options);
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
