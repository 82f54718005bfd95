// The command line: runs one command and reports its error.

import { message } from "./messages/catalogue.ts";
import { run } from "./program.ts";
import { asksForJson, reportError } from "./report-error.ts";
import { print } from "./ui/print.ts";

// A closed pipe (`| head`) is not an error, and a command finishes its calls in progress all the
// same. Any other write error, such as a full disk, does not stop the command either, but its
// output is lost, so it exits with 1.
let outputLost = false;
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE" || outputLost) return;
    outputLost = true;
    process.exitCode = 1;
    if (stream === process.stdout) print(process.stderr, message("output-failed", { text: error.message }).text);
  });
}

const exitCode = await run(process.argv).catch((error: unknown) => reportError(error, asksForJson(process.argv)));
process.exitCode = outputLost ? 1 : exitCode;
