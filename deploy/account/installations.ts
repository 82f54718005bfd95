// Whether the account has copies of an installation that a new, empty state would not know.
import { ReplicatorError } from "../../lib/model/errors.ts";
import { readConfig } from "../../lib/replicator/config.ts";
import { openCloud } from "../../lib/replicator/open-replicator.ts";
import { seenInstallations } from "../../lib/replicator/seen-installations.ts";
import { DeployError } from "./call.ts";
import type { Deployment, Needs } from "./deployment.ts";

/**
 * Throws `DeployError` with their ids if images in the regions of the policies carry marks of installations: the
 * functions would not know that the copies are theirs. To be called only if the state is empty and no id is set.
 */
export async function refuseUnknownInstallations(
  { policies }: Needs,
  env: NodeJS.ProcessEnv,
  { warn }: Pick<Deployment, "warn">,
): Promise<void> {
  const unknown = (why: string) =>
    warn(
      `whether copies of another deployment exist could not be seen: ${why}. If this deployment replaces one, set ` +
        "REPLICATOR_INSTALLATION to its id, and deploy again",
    );
  // Only what reaches the cloud counts here: no setting of the functions may make this look fail.
  const { REPLICATOR_ENDPOINT, REPLICATOR_SITE } = env;
  const config = readConfig({ REPLICATOR_ENDPOINT, REPLICATOR_SITE });
  try {
    const cloud = await openCloud(config, env, () => {});
    const { ids, unread } = await seenInstallations(await cloud.account(), { cloud, policies, now: Date.now });
    if (ids.length > 0) throw new DeployError(idNeeded(ids));
    if (unread.length > 0) unknown(`the key could not read the images in ${unread.join(", ")}`);
  } catch (error) {
    if (!(error instanceof ReplicatorError)) throw error;
    unknown(error.message);
  }
}

function idNeeded(ids: readonly string[]): string {
  const [first = ""] = ids;
  return (
    `REPLICATOR_INSTALLATION: not set, the state is empty, and the account has copies of ${ids.join(", ")}. ` +
    `Set the id of the deployment that this one replaces, e.g. REPLICATOR_INSTALLATION=${first}, or a new one, with ` +
    "which these copies are left alone"
  );
}
