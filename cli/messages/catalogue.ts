// The catalogue of every line that a command prints, except tables. Each command has its own file.
import { catalogue } from "../../lib/model/messages/define.ts";
import { applyLines } from "./apply.ts";
import { doctorLines } from "./doctor.ts";
import { emulatorLines } from "./emulator.ts";
import { explainLines } from "./explain.ts";
import { historyLines } from "./history.ts";
import { manualLines } from "./manual.ts";
import { outputsLines } from "./outputs.ts";
import { estimateLines, planLines } from "./plan.ts";
import { programLines } from "./program.ts";
import { sharedLines } from "./shared.ts";
import { statusLines } from "./status.ts";
import { validateLines } from "./validate.ts";

/**
 * Writes one line: `message("no-copies").text`. Names and texts in it may come from other people:
 * see `clean`.
 */
export const message = catalogue({
  ...sharedLines,
  ...planLines,
  ...estimateLines,
  ...explainLines,
  ...historyLines,
  ...outputsLines,
  ...statusLines,
  ...applyLines,
  ...manualLines,
  ...doctorLines,
  ...validateLines,
  ...emulatorLines,
  ...programLines,
});
