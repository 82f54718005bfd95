// Asks the user in a terminal whether to go on.
import { createInterface } from "node:readline";
import { InputError } from "../../lib/model/errors.ts";
import { message } from "../messages/catalogue.ts";
import { Cancelled } from "./cancelled.ts";
import { clean } from "./text.ts";

/** Whether there is a user who can be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/**
 * Asks a question on standard error; only `y` and `yes` mean yes. Throws `Cancelled` on Ctrl-C, on
 * Ctrl-D, and if the input ends.
 */
export async function ask(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise<boolean>((resolve, reject) => {
      const cancel = () => {
        process.stderr.write("\n");
        reject(new Cancelled());
      };
      terminal.once("SIGINT", cancel).once("close", cancel);
      terminal.question(clean(question), (answer) => {
        terminal.off("close", cancel);
        resolve(/^y(es)?$/i.test(answer.trim()));
      });
    });
  } finally {
    terminal.removeAllListeners("close").close();
  }
}

/**
 * Asks before a command does what cannot be undone. `effect`: what the command does, after "this".
 * Throws `InputError` if the answer is no, or if there is no terminal to ask in, and `Cancelled`.
 */
export async function confirm(command: string, effect: string): Promise<void> {
  const refuse = (text: ReturnType<typeof message>["text"]) => new InputError([{ where: command, text }]);
  if (!canAsk()) throw refuse(message("unconfirmed", { effect }).text);
  if (!(await ask(message("confirm-prompt", { effect }).text))) throw refuse(message("cancelled").text);
}
