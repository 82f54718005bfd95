// The completion script of bash, 3.2 and later.
import type { DescribedCommand, DescribedOption, DescribedProgram, Values } from "./describe.ts";

/** Writes the script. Words are offered by `compgen`, so that it needs no package such as bash-completion. */
export function bashScript({ name, options, commands }: DescribedProgram): string {
  const first = [...commands.map((command) => command.name), ...flagsOf(options)].join(" ");
  const values = commands.flatMap((command) =>
    command.options.flatMap(({ flags, value }) =>
      value
        ? [`    ${flags.map((flag) => `"${command.name} ${flag}"`).join("|")}) ${offer(name, value)}; return ;;`]
        : [],
    ),
  );
  return `# Completion of ${name} in bash; made by: ${name} completion bash
_cvm_replicator() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    [[ \${COMP_WORDS[i]} == -* ]] || { command=\${COMP_WORDS[i]}; break; }
  done
  if [[ -z $command ]]; then
    COMPREPLY=($(compgen -W "${first}" -- "$cur"))
    return
  fi
  case "$command $prev" in
${values.join("\n")}
  esac
  case "$command" in
${commands.map((command) => commandCase(name, command)).join("\n")}
  esac
}
complete -F _cvm_replicator ${name}
`;
}

/** Where no option begins, the argument of the command; its options where it takes none. */
function commandCase(program: string, { name, options, argument }: DescribedCommand): string {
  const flags = `COMPREPLY=($(compgen -W "${flagsOf(options).join(" ")}" -- "$cur"))`;
  if (!argument) return `    ${name}) ${flags} ;;`;
  return `    ${name}) if [[ $cur == -* ]]; then ${flags}; else ${offer(program, argument)}; fi ;;`;
}

function offer(program: string, values: Values): string {
  if (values.kind === "files") return `compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur"))`;
  if (values.kind === "words") return `COMPREPLY=($(compgen -W "${values.words.join(" ")}" -- "$cur"))`;
  if (values.kind === "policies") return `COMPREPLY=($(compgen -W "$(${program} policy-names 2>/dev/null)" -- "$cur"))`;
  return ":";
}

function flagsOf(options: readonly DescribedOption[]): string[] {
  return options.flatMap(({ flags }) => flags.filter((flag) => flag.startsWith("--")));
}
