// Writes what a command made to a file or to an object of COS: as a whole, or not at all.
import { randomUUID } from "node:crypto";
import { open, readlink, realpath, rename, stat, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { parseObjectUrl, putObject } from "../../adapters/objects/put-object.ts";
import { httpTransport } from "../../adapters/state/cos/requests/http.ts";
import { findCredentials } from "../../adapters/tencent/transport/find-credentials.ts";
import { InputError, OutputError, toProblem } from "../../model/errors.ts";
import { outputProblem } from "../../model/messages/outputs.ts";
import type { Millis } from "../../model/types.ts";
import type { Config } from "../config.ts";
import { searchIn } from "./open-cloud.ts";

const TIME_LIMIT: Millis = 20_000;

/** Writes a text. Throws `InputError` for a wrong place, `OutputError` if it cannot be written. */
export type WriteOutput = (text: string) => Promise<void>;

/**
 * Checks the place `to`, a file or `cos://bucket-appid/key?region=…`, before anything is made for it.
 * `where` names the option in messages. Throws `InputError`.
 */
export function outputTo(to: string, where: string, config: Config, env: NodeJS.ProcessEnv): WriteOutput {
  if (!/^cos:/i.test(to)) return (text) => replaceFile(to, text);
  const place = parseObjectUrl(to, config.region, where);
  return async (text) => {
    const { endpoint } = config;
    const transport = httpTransport(endpoint === undefined ? undefined : new URL(endpoint), TIME_LIMIT);
    const credentials = () => findCredentials(searchIn(env));
    try {
      await putObject(place, text, { credentials, transport, now: Date.now() }, to);
    } finally {
      transport.close();
    }
  };
}

/**
 * Replaces a file: a reader sees the old content or the new one. The new file is made beside it,
 * because only a rename within one folder is atomic; it keeps the mode of the old one. A pipe or a device, such as
 * /dev/stdout, is written to: a rename would put a file in its place, for every program of the machine.
 */
async function replaceFile(file: string, text: string): Promise<void> {
  const before = await stat(file).catch(() => undefined);
  if (before?.isDirectory()) throw new InputError([toProblem(file, outputProblem("target-is-a-folder"))]);
  const target = await targetOf(file);
  const made = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`);
  try {
    if (before && !before.isFile()) {
      await writeFile(file, text);
      return;
    }
    const handle = await open(made, "wx");
    try {
      if (before) await handle.chmod(before.mode & 0o777);
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(made, target);
  } catch (error) {
    await unlink(made).catch(() => {});
    const { code, message: cause } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR")
      throw new InputError([toProblem(file, outputProblem("no-folder", { folder: dirname(target) }))]);
    throw new OutputError(file, outputProblem("file-unwritable", { cause: code ?? cause }));
  }
}

/** What a link names, not the link, also if there is no such file yet. */
async function targetOf(file: string): Promise<string> {
  const target = await realpath(file).catch(() => undefined);
  if (target !== undefined) return target;
  const named = await readlink(file).catch(() => undefined);
  return named === undefined ? file : resolve(dirname(file), named);
}
