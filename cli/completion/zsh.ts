// The completion script of zsh.
import type { DescribedCommand, DescribedOption, DescribedProgram, Values } from "./describe.ts";

/** Writes the script. It works as a file `_cvm-replicator` in a folder of `fpath`, and when it is sourced. */
export function zshScript({ name, options, commands }: DescribedProgram): string {
  return `#compdef ${name}
# Completion of ${name} in zsh; made by: ${name} completion zsh
_${name}_policies() { compadd -- \${(f)"$(${name} policy-names 2>/dev/null)"} }
_${name}() {
  local curcontext="$curcontext" state line
  typeset -A opt_args
  local -a commands
  commands=(
${commands.map((command) => `    ${quoted(`${command.name}:${command.description}`)}`).join("\n")}
  )
  _arguments -C ${options.map((option) => specOf(name, option)).join(" ")} '1: :->command' '*:: :->rest'
  case $state in
    command) _describe command commands ;;
    rest)
      case $line[1] in
${commands.map((command) => commandCase(name, command)).join("\n")}
      esac ;;
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function commandCase(program: string, { name, options, argument }: DescribedCommand): string {
  const specs = options.map((option) => specOf(program, option));
  if (argument) specs.push(quoted(`*:argument:${actionOf(program, argument)}`));
  return `        ${name}) _arguments ${specs.join(" ")} ;;`;
}

function specOf(program: string, { flags, description, value }: DescribedOption): string {
  const long = flags.at(-1) ?? "";
  const text = description.replace(/[\\:[\]]/g, (sign) => `\\${sign}`);
  return quoted(`${long}[${text}]${value ? `:value:${actionOf(program, value)}` : ""}`);
}

function actionOf(program: string, values: Values): string {
  if (values.kind === "files") return "_files";
  if (values.kind === "words") return `(${values.words.join(" ")})`;
  if (values.kind === "policies") return `_${program}_policies`;
  return " ";
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
