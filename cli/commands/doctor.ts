// The command doctor: shows the result of each check, and what to do next.

import picocolors from "picocolors";
import { type Check, countChecks, type Status } from "../../lib/doctor/check.ts";
import type { PolicyFile } from "../../lib/doctor/checks/account.ts";
import { examine } from "../../lib/doctor/doctor.ts";
import { InputError, toProblem } from "../../lib/model/errors.ts";
import { build, buildText } from "../../lib/record/program.ts";
import { type Config, readConfig } from "../../lib/replicator/config.ts";
import { LOG_FIELDS, openInspection } from "../../lib/replicator/open/open-inspection.ts";
import { describeStateUrl } from "../../lib/replicator/open/open-state.ts";
import { writeJson } from "../json.ts";
import { message } from "../messages/catalogue.ts";
import { DEFAULT_POLICY_FILE, policyFileName, readPolicies } from "../runs/read-policies.ts";
import { print } from "../ui/print.ts";
import { type Room, roomOf } from "../ui/room.ts";
import { clean, cut, pad, widthOf, wrap } from "../ui/text.ts";

export interface DoctorOptions {
  readonly policy?: string;
  readonly deploy?: boolean;
  readonly stage: string;
  readonly json?: boolean;
}

/**
 * Runs `doctor`. Answers 3 if something is wrong; a warning, and what could not be checked, is no reason. Throws
 * `InputError` for a wrong configuration, without which nothing can be examined.
 */
export async function doctor(options: DoctorOptions): Promise<0 | 3> {
  const { env } = process;
  if (!/^[A-Za-z0-9-]+$/.test(options.stage)) {
    throw new InputError([toProblem("--stage", message("not-a-stage", { value: options.stage }))]);
  }
  const config = readConfig(env);
  const policyFile = await policyFileOf(options.policy, config);
  const progress = showOpen(process.stderr);
  const inspection = openInspection(config, env);
  const request = {
    config,
    policyFile,
    stage: options.stage,
    beforeDeployment: options.deploy === true,
    hasStateUrl: Boolean(env["STATE_URL"]),
    build: build && buildText(build),
    describeStateUrl,
    journalKeys: LOG_FIELDS.map(({ name }) => name),
  };
  let checks: readonly Check[];
  try {
    checks = await examine(request, inspection, progress.show);
  } finally {
    inspection.close();
    progress.end();
  }
  const counts = countChecks(checks);
  if (options.json) writeJson("doctor", { checks, counts });
  else {
    const { ok, warning: warnings, wrong, "not-checked": notChecked } = counts;
    process.stdout.write(textOf(checks, roomOf(process.stdout)));
    print(process.stdout, message("doctor-total", { ok, warnings, wrong, notChecked }).text);
  }
  return counts.wrong > 0 ? 3 : 0;
}

/** Reads the policy file. A file that nobody named may be absent: the doctor examines what it can without one. */
async function policyFileOf(option: string | undefined, config: Config): Promise<PolicyFile> {
  const named = option ?? config.policyFile;
  const source = named ?? DEFAULT_POLICY_FILE;
  const file = policyFileName(source);
  try {
    const { policies, warnings } = await readPolicies(source, config.settle);
    return { file, result: { policies, warnings: warnings.length } };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const isAbsent = named === undefined && error.problems.some(({ code }) => code === "no-such-file");
    return { file, result: isAbsent ? "absent" : error };
  }
}

const LABELS: Readonly<Record<Status, string>> = {
  ok: "ok",
  warning: "warning",
  wrong: "WRONG",
  "not-checked": "not checked",
};

function textOf(checks: readonly Check[], { width, color }: Room): string {
  const colors = picocolors.createColors(color);
  const paint = { ok: colors.green, warning: colors.yellow, wrong: colors.red, "not-checked": colors.dim };
  const label = Math.max(...Object.values(LABELS).map(widthOf));
  const subject = Math.max(...checks.map((check) => widthOf(clean(check.subject))));
  return checks
    .flatMap(({ status, subject: name, text, remedy }) => {
      const indent = label + 4;
      const line = `${paint[status](pad(LABELS[status], label))}  ${pad(clean(name), subject)}  ${clean(text)}`;
      const next = remedy === undefined ? [] : wrap(`${" ".repeat(label + 2)}→ ${clean(remedy)}`, width, indent);
      return [...wrap(line, width, indent), ...next].map((one) => `${one}\n`);
    })
    .join("");
}

/** Shows in a terminal what is still being examined; in a pipe nothing. */
function showOpen(stream: NodeJS.WriteStream): {
  readonly show: (open: readonly string[]) => void;
  readonly end: () => void;
} {
  if (!stream.isTTY || process.env["TERM"] === "dumb") return { show: () => {}, end: () => {} };
  const show = (text: string) => stream.write(`\r\u001b[K${cut(text, (stream.columns || 80) - 1)}`);
  return {
    show: (open) => show(open.length > 0 ? message("doctor-waiting", { open }).text : ""),
    end: () => show(""),
  };
}
