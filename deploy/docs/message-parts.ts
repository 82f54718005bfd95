// The parts of docs/messages.md, and the catalogues whose messages each of them shows.
import { message } from "../../cli/messages/catalogue.ts";
import { lineHelp } from "../../cli/messages/help.ts";
import { VERDICTS } from "../../lib/adapters/tencent/errors/verdicts.ts";
import { answerText } from "../../lib/model/messages/answer.ts";
import { cloudMeaning } from "../../lib/model/messages/cloud.ts";
import { cloudDetail } from "../../lib/model/messages/cloud-details.ts";
import { configurationProblem } from "../../lib/model/messages/configuration.ts";
import { cosFault, cosUrlMessage } from "../../lib/model/messages/cos.ts";
import { credentialsMessage } from "../../lib/model/messages/credentials.ts";
import type { Level } from "../../lib/model/messages/define.ts";
import { finding } from "../../lib/model/messages/doctor.ts";
import { ignoredBecause } from "../../lib/model/messages/event.ts";
import { historyProblem, historyText } from "../../lib/model/messages/history.ts";
import { inputProblem } from "../../lib/model/messages/input.ts";
import { journal } from "../../lib/model/messages/journal.ts";
import { lifecycleText, misfitText, retryProblem } from "../../lib/model/messages/lifecycle.ts";
import { logText } from "../../lib/model/messages/log.ts";
import { outputProblem, outputText } from "../../lib/model/messages/outputs.ts";
import { packagingProblem } from "../../lib/model/messages/packaging.ts";
import { policyProblem } from "../../lib/model/messages/policy-rules.ts";
import { policyWarning } from "../../lib/model/messages/policy-warnings.ts";
import { reason } from "../../lib/model/messages/reasons.ts";
import { accountProblem, choiceProblem, reportText } from "../../lib/model/messages/report.ts";
import { requestProblem, runMessage } from "../../lib/model/messages/run.ts";
import { stateMessage, storeFault } from "../../lib/model/messages/state.ts";
import { difference } from "../../lib/model/messages/upkeep.ts";
import type { Variant } from "./placeholders.ts";

/** A catalogue whose codes and parameters are not known to the type checker. */
export interface AnyCatalogue {
  (code: string, params: unknown): Variant;
  readonly codes: readonly string[];
  levelOf(code: string): Level;
  helpOf(code: string): string | undefined;
}

/** One part of the document. */
export interface CataloguePart {
  readonly title: string;
  /** Where the messages are shown. */
  readonly about: string;
  readonly catalogues: readonly AnyCatalogue[];
  /** What to do about messages that have no remedy of their own, by code. */
  readonly help?: Readonly<Record<string, string>>;
  /** Of a message about a failed call: the codes of the cloud that lead to it. */
  readonly cloudCodes?: Readonly<Record<string, readonly string[]>>;
}

/** Each catalogue takes its own codes and parameters, which the document does not know. */
const any = (...catalogues: readonly unknown[]) => catalogues as readonly AnyCatalogue[];

function codesByMeaning(): Record<string, string[]> {
  const codes: Record<string, string[]> = {};
  for (const [code, { meaning }] of Object.entries(VERDICTS)) (codes[meaning] ??= []).push(code);
  return codes;
}

export const PARTS: readonly CataloguePart[] = [
  {
    title: "Reasons",
    about:
      "Why a copy, an image or a run is as it is: `status`, `plan`, `explain`, the answers of the functions. The states that they " +
      "belong to: [policy.md](policy.md#reasons). `unreadable-CODE` and `unanswered-CODE` end in a code of the cloud.",
    catalogues: any(reason),
  },
  {
    title: "Errors of the cloud",
    about: "What the error code of a failed call means. The code itself is shown with it, and the request id.",
    catalogues: any(cloudMeaning),
    cloudCodes: codesByMeaning(),
  },
  {
    title: "Details of a failed call",
    about: "What exactly was wrong with a connection, an answer or a list.",
    catalogues: any(cloudDetail),
  },
  {
    title: "The policy file",
    about: "Errors with file, line, column and field; exit code 2.",
    catalogues: any(policyProblem, inputProblem),
  },
  { title: "Warnings about a policy", about: "Shown by `validate`.", catalogues: any(policyWarning) },
  {
    title: "Configuration and credentials",
    about: "Variables of the environment, the files of credentials, and `STATE_URL`; exit code 2.",
    catalogues: any(configurationProblem, credentialsMessage, cosUrlMessage, packagingProblem),
  },
  {
    title: "The state",
    about: "Why the state cannot be used. The text follows the name of the state.",
    catalogues: any(stateMessage, storeFault, cosFault),
  },
  {
    title: "Runs",
    about: "What stopped or shortened a run, and parts of other messages.",
    catalogues: any(runMessage, lifecycleText, logText, reportText, historyText, outputText),
  },
  {
    title: "Requests, events and answers of the functions",
    about: "Why a function refuses its event or ignores a part of it, and the sentences of its answer.",
    catalogues: any(requestProblem, ignoredBecause, answerText),
  },
  { title: "Findings of the doctor", about: "What `doctor` reports, check by check.", catalogues: any(finding) },
  {
    title: "Lines of the commands",
    about: "What the commands print themselves. Most quote a message of another part.",
    catalogues: any(message, retryProblem, choiceProblem, accountProblem, historyProblem, outputProblem),
    help: lineHelp,
  },
  {
    title: "The journal",
    about: "Each change of a record and each call, in the journal, the log and `history`.",
    catalogues: any(journal),
  },
  {
    title: "Differences and misfits",
    about: "How a finished copy differs from its desired state, and why an image cannot be adopted.",
    catalogues: any(difference, misfitText),
  },
];
