// The file of an embedded state: created, checked, and kept from other users.
import { accessSync, chmodSync, closeSync, constants, existsSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { StateError } from "../../../model/errors.ts";
import { fullText, type Text } from "../../../model/messages/define.ts";
import { storeFault } from "../../../model/messages/state.ts";
import { codeOf } from "./explain.ts";

/** Checks the file and its folder, because SQLite itself reports only "unable to open". */
export function makeReady(path: string): void {
  const folder = dirname(path);
  refuseDirectory(path);
  try {
    makeFolder(folder);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK);
    else closeSync(openSync(path, "a", 0o600));
    keepPrivate(path);
  } catch (error) {
    const code = codeOf(error) || String(error);
    throw new StateError(fullText(storeFault("sqlite-not-accessible", { code, path })));
  }
}

/** Throws `StateError` if there is a directory in place of the file. */
export function refuseDirectory(path: string): void {
  if (!existsSync(path) || !statSync(path).isDirectory()) return;
  throw new StateError(fullText(storeFault("sqlite-directory", { path })));
}

/** Why the file could not be written or created as it is now, found without doing so. */
export function inspectSqlite(path: string): { readonly unwritable?: Text } {
  refuseDirectory(path);
  let folder = dirname(path);
  try {
    if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK);
    else while (!existsSync(folder)) folder = dirname(folder);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return {};
  } catch (error) {
    return {
      unwritable: fullText(storeFault("sqlite-not-accessible", { code: codeOf(error) || String(error), path })),
    };
  }
}

/**
 * Takes the file from all other users, wherever it lies: it says which images exist and how they
 * are made. SQLite gives new files beside it (-wal, -shm) the permissions of the file itself.
 */
function keepPrivate(path: string): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    try {
      const { mode } = statSync(file);
      if ((mode & 0o077) !== 0) chmodSync(file, mode & 0o700);
    } catch (error) {
      // Not there, or another user's, who decides who may read it.
      if (!["ENOENT", "EPERM"].includes(codeOf(error))) throw error;
    }
  }
}

/**
 * Creates the folder and its parents for this user only. Not with mkdir's own `recursive`, which
 * never ends where no folder can be created, as under /proc.
 */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
}
