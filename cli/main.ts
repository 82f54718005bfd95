#!/usr/bin/env node
import { Command, CommanderError, Option } from "commander";
import { CloudError, InputError, ReplicatorError } from "../lib/model/errors.ts";
import type { RetryOptions } from "./commands/retry.ts";
import { packageVersion } from "./package.ts";
import { clean } from "./ui/text.ts";

/** 0 fine, 1 error, 2 bad usage or bad policy, 3 something needs a person or failed for good, 4 there is work. */
type ExitCode = 0 | 1 | 2 | 3 | 4 | 130;

const program = new Command("cvm-replicator")
  .description("Keeps CVM custom images replicated across regions by policy: exactly one good copy in each region.")
  .version(packageVersion())
  .showHelpAfterError("(--help shows what is allowed)")
  .exitOverride()
  .addHelpText(
    "after",
    `
Configuration is read from the environment: TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY, POLICY_FILE, STATE_URL,
REPLICATOR_ENDPOINT (to use the emulator) and others; see docs/configuration.md.

Exit codes: 0 fine, 1 error, 2 bad usage or bad policy, 3 something needs a person or failed for good,
4 (plan --detailed-exitcode) there is work.`,
  );

let exitCode: ExitCode = 0;
const json = () => new Option("--json", "print one JSON object on standard output");
const policy = () => new Option("--policy <file>", "the policy file (default: POLICY_FILE, else policy.yaml)");

program
  .command("validate")
  .description("check the policy file, without any call")
  .addOption(policy())
  .option("--tests <file>", "hold the policies to the examples in this file: this image goes to these regions")
  .addOption(json())
  .action(async (options: { policy?: string; tests?: string; json?: boolean }) => {
    exitCode = await (await import("./commands/validate.ts")).validate(options);
  });

program
  .command("plan")
  .description("show what would be done now; changes nothing")
  .addOption(policy())
  .addOption(json())
  .option("--preflight", "ask the cloud for each copy whether it would be accepted (DryRun)")
  .option("--detailed-exitcode", "exit with 4 if there is work")
  .action(async (options: { policy?: string; json?: boolean; preflight?: boolean; detailedExitcode?: boolean }) => {
    exitCode = await (await import("./commands/plan.ts")).plan(options);
  });

program
  .command("apply")
  .description("do what the policies ask for")
  .addOption(policy())
  .addOption(json())
  .option("--wait", "go on until every copy is ready or needs a person")
  .option("--accept-vanished", "many copies were deleted on purpose: make them again")
  .action(async (options: { policy?: string; json?: boolean; wait?: boolean; acceptVanished?: boolean }) => {
    exitCode = await (await import("./commands/apply.ts")).apply(options);
  });

program
  .command("status")
  .description("show what is remembered of every copy, without changing anything")
  .addOption(json())
  .action(async (options: { json?: boolean }) => {
    exitCode = await (await import("./commands/status.ts")).status(options);
  });

program
  .command("retry")
  .description("try again now what is failed or blocked, then go on as apply")
  .argument("[image...]", "only copies of or as these images")
  .addOption(policy())
  .option("--by <name>", "only copies that the policy of this name wants")
  .option("--region <region>", "only copies in this region")
  .option("--wait", "go on until every copy is ready or needs a person")
  .addOption(json())
  .action(async (images: string[], options: RetryOptions) => {
    exitCode = await (await import("./commands/retry.ts")).retry(images, options);
  });

program
  .command("explain")
  .description("say why one image is or is not copied, and what would change that; changes nothing")
  .argument("<image>", "the id of an image: a source, or a copy")
  .addOption(policy())
  .option("--region <region>", "the image in this region")
  .addOption(json())
  .action(async (image: string, options: { policy?: string; region?: string; json?: boolean }) => {
    exitCode = await (await import("./commands/explain.ts")).explain(image, options);
  });

program
  .command("rollback")
  .description(
    "put the former image of a family back, in every region that has one; asked for again, it goes on and else does nothing",
  )
  .argument("<family>", "the image family")
  .addOption(policy())
  .option("--dry-run", "show what would be done, and change nothing")
  .option("--further", "one version further back than it is already")
  .addOption(json())
  .action(async (family: string, options: { policy?: string; dryRun?: boolean; further?: boolean; json?: boolean }) => {
    exitCode = await (await import("./commands/rollback.ts")).rollback(family, options);
  });

program
  .command("rebuild")
  .description("forget the copies in the state, and find them again in the cloud; changes nothing in the cloud")
  .addOption(policy())
  .addOption(json())
  .option("--yes", "do not ask first")
  .action(async (options: { policy?: string; json?: boolean; yes?: boolean }) => {
    exitCode = await (await import("./commands/rebuild.ts")).rebuild(options);
  });

program
  .command("emulator")
  .description("run a Tencent Cloud API on this machine: CVM images, Tag, STS, Region")
  .option("--port <port>", "port to listen on (0: any)", "9900")
  .option("--host <host>", "address to listen on", "127.0.0.1")
  .option("--time-scale <n>", "make images, copies and imports n times as fast", "1")
  .option("--no-cross-border", "refuse copies between mainland China and elsewhere, as for a new account")
  .option("--seed <n>", "seed of everything that is random", "1")
  .action(async (options: { crossBorder: boolean; port: string; host: string; timeScale: string; seed: string }) => {
    exitCode = await (await import("./commands/emulator.ts")).emulator(options);
  });

program
  .command("demo")
  .description("emulator, state, functions, events, timer and two images, in under a minute")
  .action(async () => {
    exitCode = await (await import("./commands/demo.ts")).demo();
  });

/** Errors that are meant for a person are shown as they are; anything else is our own mistake and says so. */
function report(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof InputError) {
    for (const { where, field, text } of error.problems) {
      process.stderr.write(`error: ${clean(where)}: ${field ? `${clean(field)}: ` : ""}${clean(text)}\n`);
    }
    return 2;
  }
  if (error instanceof ReplicatorError) {
    process.stderr.write(`error: ${clean(error.message)}\n`);
    const remedy = error instanceof CloudError ? (error.remedy ?? adviceOn(error)) : undefined;
    if (remedy) process.stderr.write(`  ${clean(remedy)}\n`);
    return 1;
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(
    `error: ${clean(message)}\nThis is a mistake in cvm-replicator. Please report it with LOG_LEVEL=debug.\n`,
  );
  if (process.env["LOG_LEVEL"] === "debug" && stack)
    process.stderr.write(`${stack.split("\n").map(clean).join("\n")}\n`);
  return 1;
}

/** What only the command line knows: where the calls went. */
function adviceOn({ code }: CloudError): string | undefined {
  if (code !== "Network" && code !== "Timeout") return undefined;
  const endpoint = process.env["REPLICATOR_ENDPOINT"];
  return endpoint
    ? `Every call goes to REPLICATOR_ENDPOINT=${endpoint}: start what should listen there, or correct or unset it.`
    : "Check the network and the DNS of this machine.";
}

// A reader that has seen enough (`| head`) is no error, and no reason to stop in the middle of what is under way. What
// cannot be written for another reason, such as a full disk, does not stop it either, but the answer is lost.
let answerLost = false;
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE" || answerLost) return;
    answerLost = true;
    process.exitCode = 1;
    if (stream === process.stdout) process.stderr.write(`error: cannot write the output: ${clean(error.message)}\n`);
  });
}

try {
  await program.parseAsync();
} catch (error) {
  exitCode = report(error);
}
process.exitCode = answerLost ? 1 : exitCode;
