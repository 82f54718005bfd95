// Arranges the help texts: groups of commands, examples, and what is said about a wrong command or option.
import type { Command } from "commander";
import { didYouMean } from "../lib/policy/values/did-you-mean.ts";

const LOOK = "Look (changes nothing):";
const CHANGE = "Change the account:";
const LOCAL = "On this machine:";

/** The group of each command and examples of its use, each with the line that explains it. */
const HELP: Readonly<Record<string, { readonly group: string; readonly examples: readonly (readonly string[])[] }>> = {
  validate: {
    group: LOOK,
    examples: [
      ["validate", "check policy.yaml"],
      ["validate --policy prod.yaml --tests examples.yaml", "and compare it with examples"],
    ],
  },
  plan: {
    group: LOOK,
    examples: [
      ["plan", "what apply would do now"],
      ["plan --detailed-exitcode", "for a pipeline: exit code 4 if changes are pending"],
    ],
  },
  status: { group: LOOK, examples: [["status", "where every copy stands"]] },
  history: { group: LOOK, examples: [["history", "the last runs"]] },
  explain: {
    group: LOOK,
    examples: [["explain img-67o6yfwy", "why this image is, or is not, copied"]],
  },
  outputs: { group: LOOK, examples: [["outputs --json", "the image of each family in each region"]] },
  doctor: {
    group: LOOK,
    examples: [
      ["doctor", "examine the deployment dev"],
      ["doctor --deploy", "before a deployment, with the deploying key"],
    ],
  },
  apply: { group: CHANGE, examples: [["apply --wait", "apply the policies, and wait until every copy is ready"]] },
  retry: {
    group: CHANGE,
    examples: [
      ["retry", "every copy that is failed or blocked"],
      ["retry img-67o6yfwy --wait", "only the copies of this image"],
    ],
  },
  rollback: {
    group: CHANGE,
    examples: [
      ["rollback golden-linux --dry-run", "show what would change"],
      ["rollback golden-linux", "point the family back in every region"],
    ],
  },
  prune: { group: CHANGE, examples: [["prune img-67o6yfwy", "ask, then delete its orphaned copies"]] },
  rebuild: { group: CHANGE, examples: [["rebuild", "ask, then find all copies again in the cloud"]] },
  emulator: { group: LOCAL, examples: [["emulator --time-scale 60", "copies are 60 times as fast as in the cloud"]] },
  demo: { group: LOCAL, examples: [["demo", "needs nothing but this program"]] },
  completion: {
    group: LOCAL,
    examples: [
      ["completion bash > ~/.local/share/bash-completion/completions/cvm-replicator", "install for bash"],
      ['completion zsh > "${fpath[1]}/_cvm-replicator"', "install for zsh; its folder must be in fpath"],
      ["completion fish > ~/.config/fish/completions/cvm-replicator.fish", "install for fish"],
    ],
  },
  version: { group: LOCAL, examples: [["version --json", "for a bug report"]] },
  help: { group: LOCAL, examples: [["help plan", "the help of plan"]] },
};

/** The order of the commands in the help. */
const ORDER = Object.keys(HELP);

/** Puts the commands into their groups, in one order, and adds examples to each. */
export function arrangeHelp(program: Command): void {
  const commands = program.commands as Command[];
  const placeOf = (command: Command) => ORDER.indexOf(command.name());
  commands.sort((a, b) => placeOf(a) - placeOf(b));
  program.configureHelp({
    // One line for each command: its options are in its own help.
    subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(termOf)].join(" "),
  });
  program.showHelpAfterError(`(${program.name()} --help shows all commands)`);
  for (const command of commands) {
    const { group, examples = [] } = HELP[command.name()] ?? {};
    if (group !== undefined) command.helpGroup(group);
    command.showHelpAfterError(`(${program.name()} ${command.name()} --help shows its options)`);
    if (examples.length > 0) command.addHelpText("after", `\nExamples:\n${examplesText(program.name(), examples)}`);
  }
}

/** An example on a line of its own, below the line that explains it. */
function examplesText(name: string, examples: readonly (readonly string[])[]): string {
  return examples.map(([typed, why]) => `  # ${why}\n  ${name} ${typed}`).join("\n");
}

function termOf(argument: Command["registeredArguments"][number]): string {
  const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

/**
 * Refuses a command that does not exist, also after `help` and beside `--help` and `--version`, where commander would
 * print a help text and succeed. No option before the command has a value. Throws `CommanderError`.
 */
export function checkCommandName(program: Command, argv: readonly string[]): void {
  const words = argv.slice(2).filter((word) => !word.startsWith("-"));
  const name = words[0] === "help" ? words[1] : words[0];
  const names = program.commands.map((command) => command.name());
  if (name === undefined || names.includes(name)) return;
  const meant = didYouMean(name, names);
  const suggestion = meant === undefined ? "" : `\n(Did you mean ${meant}?)`;
  program.error(`error: unknown command '${name}'${suggestion}`, { code: "commander.unknownCommand" });
}
