// Prints the error that ended a command, and decides the exit code.
import { CommanderError } from "commander";
import { CloudError, InputError, ReplicatorError } from "../lib/model/errors.ts";
import { message } from "./messages/catalogue.ts";
import { Cancelled } from "./ui/cancelled.ts";
import { clean, lineOf } from "./ui/text.ts";

/**
 * 0 success, 1 error, 2 bad usage or policy, 3 manual action required or permanent failure, 4
 * changes are pending, 130 interrupted.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 130;

/**
 * Prints an error. An error of a class that is not meant for users is reported as an internal
 * error.
 */
export function reportError(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Cancelled) {
    process.stderr.write(lineOf(message("cancelled").text));
    return 130;
  }
  if (error instanceof InputError) {
    for (const problem of error.problems) process.stderr.write(lineOf(message("input-error", problem).text));
    return 2;
  }
  if (error instanceof ReplicatorError) {
    process.stderr.write(lineOf(message("failed", { text: error.message }).text));
    const remedy = error instanceof CloudError ? remedyFor(error) : undefined;
    if (remedy) process.stderr.write(lineOf(message("remedy", { remedy }).text));
    return 1;
  }
  const { message: text, stack } = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(lineOf(message("failed", { text }).text) + lineOf(message("internal-error").text));
  if (process.env["LOG_LEVEL"] === "debug" && stack)
    process.stderr.write(`${stack.split("\n").map(clean).join("\n")}\n`);
  return 1;
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
