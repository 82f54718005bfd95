// The command-line arguments of the tools in test/ and bench/.
import { parseArgs } from "node:util";

/**
 * The options of a tool: whole numbers from `least` up, with the default `otherwise`; words; and
 * switches.
 */
export interface Allowed {
  readonly numbers?: Readonly<Record<string, { readonly least: number; readonly otherwise: number }>>;
  readonly words?: readonly string[];
  readonly switches?: readonly string[];
}

/**
 * Reads the arguments of a tool. Prints the usage and ends the process with 0 for --help, with 2
 * for a wrong argument.
 */
export function readArguments(tool: string, { numbers = {}, words = [], switches = [] }: Allowed) {
  const usage = [
    ...Object.entries(numbers).map(
      ([name, { least, otherwise }]) => `--${name} N (at least ${least}; default ${otherwise})`,
    ),
    ...words.map((name) => `--${name} NAME`),
    ...switches.map((name) => `--${name}`),
  ].join(", ");
  const end = (code: 0 | 2, text: string): never => {
    (code === 0 ? process.stdout : process.stderr).write(`${text}\n`);
    process.exit(code);
  };
  const fail = (text: string) => end(2, `${tool}: ${text}; allowed: ${usage}`);
  const text = [...Object.keys(numbers), ...words].map((name) => [name, { type: "string" as const }]);
  const flags = [...switches, "help"].map((name) => [name, { type: "boolean" as const }]);
  let values: Record<string, unknown> = {};
  try {
    ({ values } = parseArgs({
      options: Object.fromEntries([...text, ...flags]) as Record<string, { type: "string" }>,
    }));
  } catch (error) {
    fail((error as Error).message.split(/[.\n]/)[0] ?? "");
  }
  if (values["help"]) end(0, `npm run ${tool} -- ${usage}`);
  const read = Object.entries(numbers).map(([name, { least, otherwise }]) => {
    const given = values[name] as string | undefined;
    const number = given === undefined ? otherwise : Number(given);
    if (given === "" || !Number.isSafeInteger(number) || number < least)
      fail(`--${name} "${given}" is not a whole number of at least ${least}`);
    return [name, number] as const;
  });
  return { values, numbers: Object.fromEntries(read) as Record<string, number> };
}
