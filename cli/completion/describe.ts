// What can be typed, taken from the declarations: commands, options, and the kind of each value.
import type { Argument, Command, Option } from "commander";
import { REGIONS } from "../../lib/policy/values/regions.ts";

/** What may stand in a place: files, known words, names of policies, or anything. */
export type Values =
  | { readonly kind: "files" }
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "policies" }
  | { readonly kind: "any" };

/** One option. `value` is absent if it takes none. */
export interface DescribedOption {
  readonly flags: readonly string[];
  readonly description: string;
  readonly value?: Values;
}

/** One command. */
export interface DescribedCommand {
  readonly name: string;
  readonly description: string;
  readonly options: readonly DescribedOption[];
  /** What the first argument may be; absent if the command takes none. */
  readonly argument?: Values;
}

/** A whole program. */
export interface DescribedProgram {
  readonly name: string;
  readonly options: readonly DescribedOption[];
  readonly commands: readonly DescribedCommand[];
}

/** Describes a program by its declarations; without hidden commands and options. */
export function describeProgram(program: Command): DescribedProgram {
  const help = program.createHelp();
  const commands = help.visibleCommands(program);
  const names = commands.map((command) => command.name());
  return {
    name: program.name(),
    options: help.visibleOptions(program).map(describeOption),
    commands: commands.map((command) => {
      const [argument] = command.registeredArguments;
      const value = command.name() === "help" ? words(names) : argument && argumentValues(argument);
      return {
        name: command.name(),
        description: command.description(),
        options: help.visibleOptions(command).map(describeOption),
        ...(value && { argument: value }),
      };
    }),
  };
}

function describeOption({ short, long, flags, description, argChoices, required, optional }: Option): DescribedOption {
  const placeholder = /[<[]([^\]>.]+)/.exec(flags)?.[1] ?? "";
  return {
    flags: [short, long].filter((flag) => flag !== undefined),
    description,
    ...((required || optional) && { value: argChoices ? words(argChoices) : valuesOf(placeholder) }),
  };
}

function argumentValues(argument: Argument): Values {
  return argument.argChoices ? words(argument.argChoices) : valuesOf(argument.name());
}

/** The word in the declaration says what is meant, as `<file>` in `--policy <file>`. */
function valuesOf(placeholder: string): Values {
  if (placeholder === "file") return { kind: "files" };
  if (placeholder === "region") return words(REGIONS.map(({ id }) => id));
  if (placeholder === "policy") return { kind: "policies" };
  return { kind: "any" };
}

function words(list: readonly string[]): Values {
  return { kind: "words", words: list };
}
