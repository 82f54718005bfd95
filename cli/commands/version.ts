// The command version: what runs, for a bug report.

import { build, buildText } from "../../lib/record/program.ts";
import { writeJson } from "../json.ts";
import { message } from "../messages/catalogue.ts";
import { packageVersion } from "../package.ts";
import { print } from "../ui/print.ts";

/** Runs `version`. `build` is null if the sources run as they are. */
export function version(options: { readonly json?: boolean }): 0 {
  const shown = {
    version: packageVersion(),
    build: build === undefined ? null : buildText(build),
    node: process.versions.node,
    platform: process.platform,
    arch: process.arch,
  };
  if (options.json) writeJson("version", shown);
  else print(process.stdout, message("version", shown).text);
  return 0;
}
