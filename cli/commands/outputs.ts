// The command outputs: region → image id for each family and policy, for other programs.

import { InputError, toProblem } from "../../lib/model/errors.ts";
import { outputProblem } from "../../lib/model/messages/outputs.ts";
import { readConfig } from "../../lib/replicator/config.ts";
import { outputTo } from "../../lib/replicator/open/write-output.ts";
import { outputsDotenv, outputsJson } from "../../lib/report/outputs/format-outputs.ts";
import { outputsOf } from "../../lib/report/outputs/outputs.ts";
import { jsonText } from "../json.ts";
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
  const { family = [], only = [], region = [], image = [], format = "json", to, allowMissing = false } = options;
  if (format !== "json" && format !== "dotenv")
    throw new InputError([toProblem("--format", outputProblem("unknown-format", { format }))]);
  const write = to === undefined ? undefined : outputTo(to, "--to", readConfig(process.env), process.env);
  const say = (text: string) => print(process.stderr, text);
  return withRecords(options.account, async ({ account = "", state }) => {
    const { copies, record } = await state.read(account, { all: true });
    if (copies.length === 0 && !allowMissing) {
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
    for (const { kind, name, ...missing } of found.missing)
      say(message("outputs-missing", { ...missing, owner: `${kind} ${name}` }).text);
    if (found.missing.length > 0 && !allowMissing) {
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
      process.stdout.write(text);
      if (format === "dotenv") say(asOf);
    }
    return 0;
  });
}
