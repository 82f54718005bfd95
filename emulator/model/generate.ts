// Takes the vendor's API model into `services/`: `npm run model -- FOLDER SOURCE [service.Action…]`.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MODEL } from "./model.ts";
import { type ApiModel, serviceFile } from "./service-file.ts";

/**
 * FOLDER is `tccli/services` of the repository tencentcloud-cli, SOURCE its commit and date. The
 * actions that are taken are those that were taken before, and those that the arguments add.
 */
function main([folder, source, ...added]: readonly string[]): void {
  if (folder === undefined || source === undefined) throw new Error("usage: FOLDER SOURCE [service.Action…]");
  for (const [service, { version, actions }] of Object.entries(MODEL)) {
    const more = added.filter((name) => name.startsWith(`${service}.`)).map((name) => name.slice(service.length + 1));
    const file = join(folder, service, `v${version.replaceAll("-", "")}`, "api.json");
    const api = JSON.parse(readFileSync(file, "utf8")) as ApiModel;
    const names = [...new Set([...Object.keys(actions), ...more])];
    writeFileSync(join(import.meta.dirname, "services", `${service}.ts`), serviceFile(service, api, names, source));
  }
}

main(process.argv.slice(2));
