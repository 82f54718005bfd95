// Prints the error that ended a command, and decides the exit code.

import { CommanderError } from "commander";
import { CloudError, InputError, type Problem, ReplicatorError } from "../lib/model/errors.ts";
import { withRequestId } from "../lib/model/messages/define.ts";
import { hasWrittenJson, writeJson } from "./json.ts";
import { message } from "./messages/catalogue.ts";
import { Cancelled } from "./ui/cancelled.ts";
import { print } from "./ui/print.ts";
import { clean } from "./ui/text.ts";

/**
 * 0 success, 1 error, 2 bad usage or policy, 3 manual action required or permanent failure, 4
 * changes are pending, 130 interrupted.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 130;

/** One problem of an error, as `--json` prints it. */
interface ErrorProblem {
  readonly code?: string;
  readonly where: string;
  readonly field?: string;
  readonly text: string;
  readonly remedy?: string;
  /** The request id of the call that failed: the vendor asks for it. */
  readonly requestId?: string;
}

interface ReportedError {
  readonly exitCode: ExitCode;
  readonly message: string;
  readonly problems: readonly ErrorProblem[];
}

/**
 * Prints an error on standard error, and with `asJson` also as one object on standard output. An error of a class that
 * is not meant for users is reported as an internal error.
 */
export function reportError(error: unknown, asJson: boolean): ExitCode {
  const reported = reportedError(error);
  // The parser of the command line has printed its own errors and help texts.
  if (!(error instanceof CommanderError)) printText(error, reported);
  if (asJson && reported.exitCode !== 0 && !hasWrittenJson()) writeJson("error", { error: reported });
  return reported.exitCode;
}

/** Prints each problem of an input on standard error. */
export function printProblems(problems: readonly Problem[]): void {
  for (const problem of problems) print(process.stderr, message("input-error", problem).text);
}

/** Whether the arguments of a program ask for JSON, even if they are wrong otherwise. */
export function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return argv.slice(2, end < 0 ? undefined : end).includes("--json");
}

function printText(error: unknown, { message: text, problems }: ReportedError): void {
  if (error instanceof InputError) {
    printProblems(error.problems);
    return;
  }
  if (error instanceof Cancelled) {
    print(process.stderr, text);
    return;
  }
  print(process.stderr, message("failed", { text }).text);
  for (const { remedy } of problems) if (remedy) print(process.stderr, message("remedy", { remedy }).text);
  if (error instanceof ReplicatorError) return;
  print(process.stderr, message("internal-error").text);
  const stack = error instanceof Error ? error.stack : undefined;
  if (process.env["LOG_LEVEL"] === "debug" && stack)
    process.stderr.write(`${stack.split("\n").map(clean).join("\n")}\n`);
}

function reportedError(error: unknown): ReportedError {
  if (error instanceof CommanderError) return usageError(error);
  if (error instanceof Cancelled) {
    const { code, text } = message("cancelled");
    return { exitCode: 130, message: text, problems: [{ where: "command line", code, text }] };
  }
  if (error instanceof InputError) return { exitCode: 2, message: error.message, problems: error.problems };
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof CloudError)
    return { exitCode: 1, message: withRequestId(text, error.requestId), problems: [cloudProblem(error)] };
  if (error instanceof ReplicatorError) {
    return { exitCode: 1, message: text, problems: [{ where: "cvm-replicator", code: error.name, text }] };
  }
  const { text: remedy } = message("internal-error");
  return { exitCode: 1, message: text, problems: [{ where: "cvm-replicator", code: "internal-error", text, remedy }] };
}

/** Wrong usage. Commander's code `commander.unknownOption` becomes `unknown-option`. */
function usageError({ code, exitCode, message: words }: CommanderError): ReportedError {
  if (exitCode === 0) return { exitCode: 0, message: words, problems: [] };
  const [first = "", ...more] = words.replace(/^error: /, "").split("\n");
  const text = code === "commander.help" ? message("no-command").text : [first, ...more].join(" ");
  const kebab = code.replace(/^commander\./, "").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return { exitCode: 2, message: text, problems: [{ where: "command line", code: kebab, text }] };
}

function cloudProblem(error: CloudError): ErrorProblem {
  const { action, region, code, requestId } = error;
  const remedy = remedyFor(error);
  return {
    code,
    where: region === undefined ? action : `${action} in ${region}`,
    text: withRequestId(error.message, requestId),
    ...(remedy !== undefined && { remedy }),
    ...(requestId !== undefined && { requestId }),
  };
}

/** What to do after a failed call that ended the command. */
function remedyFor(error: CloudError): string | undefined {
  const passes = error.outcome === "terminal" || error.code === "Aborted" ? undefined : message("run-again").text;
  return error.remedy ?? connectionRemedy(error) ?? passes;
}

/**
 * The remedy for a failed connection. Only the command line knows which endpoint was configured.
 */
function connectionRemedy({ code }: CloudError): string | undefined {
  if (code !== "Network" && code !== "Timeout") return undefined;
  const endpoint = process.env["REPLICATOR_ENDPOINT"];
  return (endpoint ? message("endpoint-unreachable", { endpoint }) : message("network-unreachable")).text;
}
