// Outputs as a program reads them: nested JSON, or variables of a dotenv file.
import { InputError, type Problem, toProblem } from "../../model/errors.ts";
import { outputProblem } from "../../model/messages/outputs.ts";
import { iso } from "../../model/time.ts";
import type { Millis } from "../../model/types.ts";
import type { MissingImage, OutputImage, OutputOwner, Outputs } from "./outputs.ts";

/** The content of `outputs --format json`, without its `schema`. */
export interface OutputJson {
  /** Null if nothing is recorded. */
  readonly account: string | null;
  /** When the last sweep began, after which the records were true; null before the first one. */
  readonly lastSweepAt: string | null;
  /** Family → region → image id. */
  readonly families: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Policy → region → image id. */
  readonly policies: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The same images, each with its source. */
  readonly images: readonly OutputImage[];
  /** The regions that have no usable image. Empty unless `--allow-missing` is given. */
  readonly missing: readonly MissingImage[];
}

/** The outputs as a JSON object. */
export function outputsJson(
  account: string | null,
  sweptAt: Millis | undefined,
  { images, missing }: Outputs,
): OutputJson {
  const mapOf = (kind: OutputOwner["kind"]) => {
    const names = new Set(images.filter((one) => one.kind === kind).map(({ name }) => name));
    return Object.fromEntries(
      [...names].map((name) => {
        const ofThis = images.filter((one) => one.kind === kind && one.name === name);
        return [name, Object.fromEntries(ofThis.map(({ region, imageId }) => [region, imageId]))];
      }),
    );
  };
  const lastSweepAt = sweptAt === undefined ? null : iso(sweptAt);
  return { account, lastSweepAt, families: mapOf("family"), policies: mapOf("policy"), images, missing };
}

/**
 * The outputs as lines `GOLDEN_AP_SHANGHAI=img-…`: the name of the family or policy and the region,
 * in capitals, every other character than letters and digits as `_`. A name that begins with a digit
 * gets a `_` before it. Throws `InputError` if one variable would stand for two things, even if both
 * have the same image now: they will not always.
 */
export function outputsDotenv({ images, missing }: Outputs): string {
  const owners = new Map<string, string>();
  const problems: Problem[] = [];
  for (const one of [...images, ...missing]) {
    const variable = variableOf(one);
    const text = ownerText(one);
    const first = owners.get(variable);
    if (first !== undefined && first !== text)
      problems.push(toProblem("--format", outputProblem("same-variable", { variable, first, second: text })));
    else owners.set(variable, text);
  }
  if (problems.length > 0) throw new InputError(problems);
  return images.map((one) => `${variableOf(one)}=${one.imageId}\n`).join("");
}

/** The name of the variable for an image. */
function variableOf({ name, region }: OutputOwner & { readonly region: string }): string {
  const variable = `${name}_${region}`.toUpperCase().replace(/[^A-Z0-9]/g, "_");
  return /^[0-9]/.test(variable) ? `_${variable}` : variable;
}

const ownerText = ({ kind, name, region }: OutputOwner & { readonly region: string }) => `${kind} ${name} in ${region}`;
