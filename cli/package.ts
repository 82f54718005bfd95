import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The folder that this program was installed to, whether it runs from its sources or as built. */
export function packageFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}

/** The version of this program. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(join(packageFolder(), "package.json"), "utf8")) as { version: string }).version;
}
