// The action PublishVersion.
import { defineAction } from "../shared/define-action.ts";
import { activeFunction } from "./function-at.ts";

/** Keeps the current code and settings as the next version. */
export const publishVersion = defineAction("scf", "PublishVersion", ({ world, ...call }, params) => {
  const stored = activeFunction({ world, ...call }, params, "FailedOperation.PublishVersion");
  const { settings, code } = stored.latest;
  const version = String(stored.versions.length + 1);
  const description = params.Description ?? "";
  stored.versions.push({ ...stored.latest, revision: world.random.uuid(), version, description, addedAt: world.now() });
  return {
    FunctionVersion: version,
    CodeSize: code.length,
    MemorySize: settings.memoryMb,
    Description: description,
    Handler: settings.handler,
    Timeout: settings.timeoutSeconds,
    Runtime: settings.runtime,
    Namespace: stored.namespace,
  };
});
