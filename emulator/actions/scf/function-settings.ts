// Checks the settings of a function.
import { ApiError } from "../../errors.ts";
import type { Input } from "../../model/model.ts";
import type { FunctionSettings } from "../../world/services/function.ts";

/**
 * The runtimes that the emulator plays. The vendor's text ends at Nodejs18.15; its CloudBase, which
 * runs on the same images, lists the others.
 */
const RUNTIMES = ["Nodejs16.13", "Nodejs18.15", "Nodejs20.19", "Nodejs22.21", "Nodejs24.11"];

/** Limits of SCF (product documentation 583/11637). */
const MOST_MEMORY = 3072;
const MOST_SECONDS = 900;
const MOST_ENVIRONMENT_BYTES = 4096;
const MOST_DESCRIPTION = 1000;
const RESERVED = /^(SCF|QCLOUD|TENCENTCLOUD)_/;

/** The members of CreateFunction and UpdateFunctionConfiguration that the emulator models. */
interface SettingsInput {
  readonly Description?: string;
  readonly MemorySize?: number;
  readonly Timeout?: number;
  readonly InitTimeout?: number;
  readonly Runtime?: string;
  readonly Role?: string;
  readonly Environment?: Input<"scf", "Environment">;
  readonly ClsLogsetId?: string;
  readonly ClsTopicId?: string;
}

/** What CreateFunction uses for a member that is not given. */
export const DEFAULT_SETTINGS: FunctionSettings = {
  handler: "",
  runtime: "",
  memoryMb: 128,
  timeoutSeconds: 3,
  initTimeoutSeconds: 65,
  description: "",
  environment: [],
  role: "",
  clsLogsetId: "",
  clsTopicId: "",
};

const refuse = (code: string, text: string): never => {
  throw new ApiError(code, text);
};

/** The settings with the changes of a request. Throws `ApiError` for a value that SCF does not allow. */
export function settingsWith(settings: FunctionSettings, input: SettingsInput): FunctionSettings {
  const { MemorySize: memory = settings.memoryMb, Timeout: timeout = settings.timeoutSeconds } = input;
  const { Runtime: runtime = settings.runtime, Description: description = settings.description } = input;
  const init = input.InitTimeout ?? settings.initTimeoutSeconds;
  if (memory !== 64 && (memory < 128 || memory > MOST_MEMORY || memory % 128 !== 0)) {
    refuse("InvalidParameterValue.MemorySize", `\`MemorySize\` must be 64, or 128 to ${MOST_MEMORY} in steps of 128.`);
  }
  if (timeout < 1 || timeout > MOST_SECONDS) {
    refuse("LimitExceeded.Timeout", `\`Timeout\` must be from 1 to ${MOST_SECONDS} seconds.`);
  }
  if (init < 1 || init > 300) refuse("LimitExceeded.InitTimeout", "`InitTimeout` must be from 1 to 300 seconds.");
  if (!RUNTIMES.includes(runtime)) {
    refuse(
      "InvalidParameterValue.Runtime",
      `The emulator runs Node.js only: \`Runtime\` must be one of ${RUNTIMES.join(", ")}.`,
    );
  }
  if ([...description].length > MOST_DESCRIPTION) {
    refuse("InvalidParameterValue.Description", `\`Description\` has at most ${MOST_DESCRIPTION} characters.`);
  }
  return {
    handler: settings.handler,
    runtime,
    memoryMb: memory,
    timeoutSeconds: timeout,
    initTimeoutSeconds: init,
    description,
    environment: input.Environment === undefined ? settings.environment : environmentIn(input.Environment),
    role: input.Role ?? settings.role,
    clsLogsetId: input.ClsLogsetId ?? settings.clsLogsetId,
    clsTopicId: input.ClsTopicId ?? settings.clsTopicId,
  };
}

function environmentIn({ Variables = [] }: Input<"scf", "Environment">): FunctionSettings["environment"] {
  const variables = Variables.map(({ Key: key = "", Value: value = "" }) => ({ key, value }));
  const keys = variables.map(({ key }) => key);
  const unusable = variables.find(({ value }) => value.includes("\0"))?.key;
  if (unusable !== undefined) {
    refuse("InvalidParameterValue.Environment", `The value of the variable \`${unusable}\` has a zero byte.`);
  }
  const malformed = keys.find((key, index) => !/^[A-Za-z][A-Za-z0-9_]*$/.test(key) || keys.indexOf(key) !== index);
  if (malformed !== undefined) {
    refuse("InvalidParameterValue.Environment", `The variable \`${malformed}\` is malformed or there twice.`);
  }
  const reserved = keys.find((key) => RESERVED.test(key));
  if (reserved !== undefined) {
    refuse("InvalidParameterValue.EnvironmentSystemProtect", `The name of the variable \`${reserved}\` is reserved.`);
  }
  const bytes = variables.reduce((sum, { key, value }) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  if (bytes > MOST_ENVIRONMENT_BYTES) {
    refuse("InvalidParameterValue.EnvironmentExceededLimit", "All variables have at most 4 KB.");
  }
  return variables;
}

/** Checks a handler, such as `index.main_handler`. Throws `ApiError` InvalidParameterValue.Handler. */
export function checkHandler(handler: string): string {
  const isValid = handler.length <= 128 && /^[\w/-]+(\.[\w/-]+)*\.\w+$/.test(handler) && !handler.startsWith("/");
  if (!isValid) refuse("InvalidParameterValue.Handler", `The handler \`${handler}\` is not of the form file.function.`);
  return handler;
}
