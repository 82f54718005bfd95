// The command outputs: region → image id for each family and policy, for other programs.

import { InputError, toProblem } from "../../lib/model/errors.ts";
import { fullText } from "../../lib/model/messages/define.ts";
import { outputProblem, outputText } from "../../lib/model/messages/outputs.ts";
import { readConfig } from "../../lib/replicator/config.ts";
import { outputTo } from "../../lib/replicator/open/write-output.ts";
import { outputsDotenv, outputsJson } from "../../lib/report/outputs/format-outputs.ts";
import { type Outputs, outputsOf } from "../../lib/report/outputs/outputs.ts";
import { jsonText, writeJson } from "../json.ts";
import { message } from "../messages/catalogue.ts";
import { withRecords } from "../runs/with-records.ts";
import { print } from "../ui/print.ts";

/** The options of `outputs`. Each list limits what is listed. */
export interface OutputsOptions {
  readonly family?: readonly string[];
  readonly only?: readonly string[];
  readonly region?: readonly string[];
  readonly image?: readonly string[];
  readonly format?: string;
  /** The same as the format json. */
  readonly json?: boolean;
  /** A file, or `cos://bucket-appid/key?region=…`. */
  readonly to?: string;
  /** Whose records, if the state holds several accounts. */
  readonly account?: string;
  readonly allowMissing?: boolean;
}

/**
 * Runs `outputs`, from the records alone. Answers 3 if an image is missing, and then writes nothing
 * unless `allowMissing`. Throws `InputError` for a filter that nothing matches and a wrong place.
 */
export async function outputs(options: OutputsOptions): Promise<0 | 3> {
  const { family = [], only = [], region = [], image = [], to, allowMissing = false } = options;
  const format = options.format ?? "json";
  if (format !== "json" && format !== "dotenv")
    throw new InputError([toProblem("--format", outputProblem("unknown-format", { format }))]);
  if (options.json && format !== "json")
    throw new InputError([toProblem("--json", outputProblem("json-and-format", { format }))]);
  const write = to === undefined ? undefined : outputTo(to, "--to", readConfig(process.env), process.env);
  const say = (text: string) => print(process.stderr, text);
  return withRecords(options.account, async ({ account = null, state }) => {
    const { copies, record } =
      account === null ? { copies: [], record: undefined } : await state.read(account, { all: true });
    // A program that asks for JSON gets its object, which then names no image that it could start from.
    const sayMissing = (missing: Outputs["missing"]) => {
      if (options.json && to === undefined)
        writeJson("outputs", outputsJson(account, record?.lastSweepAt, { images: [], missing }));
    };
    if (copies.length === 0 && !allowMissing) {
      sayMissing([]);
      say(message("outputs-none").text);
      return 3;
    }
    const filter = { families: family, policies: only, regions: region, images: image };
    const { outputs: found, problems } = outputsOf(copies, filter);
    if (problems.length > 0) throw new InputError(problems);
    const text =
      format === "dotenv"
        ? outputsDotenv(found)
        : jsonText("outputs", outputsJson(account, record?.lastSweepAt, found));
    for (const { kind, name, state, reason, ...missing } of found.missing) {
      const why = outputText("not-ready", { state, reason: reason && fullText(reason) }).text;
      say(message("outputs-missing", { ...missing, owner: `${kind} ${name}`, reason: why }).text);
    }
    if (found.missing.length > 0 && !allowMissing) {
      sayMissing(found.missing);
      say(message("outputs-nothing-written", { missing: found.missing.length }).text);
      return 3;
    }
    const sweptAt = record?.lastSweepAt;
    const asOf = message("outputs-as-of", {
      asOf: sweptAt === undefined ? null : new Date(sweptAt).toISOString(),
    }).text;
    if (write && to !== undefined) {
      await write(text);
      say(message("outputs-written", { images: found.images.length, to, asOf }).text);
    } else {
      if (format === "dotenv") process.stdout.write(text);
      else writeJson("outputs", outputsJson(account, sweptAt, found));
      if (format === "dotenv") say(asOf);
    }
    return 0;
  });
}
