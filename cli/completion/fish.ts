// The completion script of fish, 3 and later.
import type { DescribedOption, DescribedProgram, Values } from "./describe.ts";

/** Writes the script: one line for each command and each option. */
export function fishScript({ name, options, commands }: DescribedProgram): string {
  const complete = (...words: readonly string[]) => ["complete", "-c", name, ...words].join(" ");
  const isFirst = "-n __fish_use_subcommand";
  const lines = [
    complete("-f"),
    ...options.map((option) => complete(isFirst, optionWords(name, option))),
    ...commands.map((command) => complete(isFirst, "-a", command.name, "-d", quoted(command.description))),
    ...commands.flatMap((command) => {
      const isThis = `-n '__fish_seen_subcommand_from ${command.name}'`;
      const all = command.options.map((option) => complete(isThis, optionWords(name, option)));
      return command.argument ? [...all, complete(isThis, ...valueWords(name, command.argument))] : all;
    }),
  ];
  return `# Completion of ${name} in fish; made by: ${name} completion fish\n${lines.join("\n")}\n`;
}

function optionWords(program: string, { flags, description, value }: DescribedOption): string {
  const names = flags.map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  return [...names, ...(value ? ["-r", ...valueWords(program, value)] : []), "-d", quoted(description)].join(" ");
}

function valueWords(program: string, values: Values): string[] {
  if (values.kind === "files") return ["-F"];
  if (values.kind === "words") return ["-a", quoted(values.words.join(" "))];
  if (values.kind === "policies") return ["-a", quoted(`(${program} policy-names 2>/dev/null)`)];
  return [];
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, (sign) => `\\${sign}`)}'`;
}
