// Reads a file that the user named.
import { readFile } from "node:fs/promises";
import { InputError, toProblem } from "../../model/errors.ts";
import { configurationProblem } from "../../model/messages/configuration.ts";

/**
 * Reads a file that the user named: `what` is e.g. `the policy`, `option` the option or variable
 * that names the file, none if it belongs to a package. Throws `InputError` if the file cannot be read.
 */
export async function readInput(file: string, what: string, option?: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const { code, message: cause } = error as NodeJS.ErrnoException;
    const params = { file: what, option };
    const problem =
      code === "ENOENT"
        ? configurationProblem("no-such-file", params)
        : code === "EISDIR"
          ? configurationProblem("file-is-a-folder", params)
          : configurationProblem("file-unreadable", { ...params, cause });
    throw new InputError([toProblem(file, problem)]);
  }
}
