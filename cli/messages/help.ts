// What to do about the lines of the commands that are errors or warnings and whose text does not say it: for docs/messages.md.
import { INNER } from "../../lib/model/messages/help.ts";

/** By code. A line that only frames another message leads to the entry of that one. */
export const lineHelp = {
  "input-error": INNER,
  failed: INNER,
  warning: INNER,
  "plan-warning": INNER,
  problem: INNER,
  "plan-blocked": INNER,
  "preflight-refused": INNER,
  "not-everything-read": INNER,
  "repair-refused": INNER,
  "internal-error": "report it, as the text says",
  "output-failed": "free space on the disk, or let the reader of the pipe live until the command ends",
  unconfirmed: "add --yes, after checking what the command says that it deletes",
  cancelled: "run the command again, and answer yes",
  "preflight-inconclusive": "nothing: apply sends the request, and the answer decides",
  "unknown-region": "write the id of a region, such as ap-tokyo",
  "image-not-found": "name its region with --region; check the account of the key, too",
  "not-an-image-id": "name the image by an id that the text shows",
  "test-failed": "correct the policy or the example; the lines below say why",
  "bad-port": "name a port from 0 to 65535; 0 chooses a free one",
  "bad-time-scale": "name a number above 0, such as 60",
  "bad-seed": "name a whole number",
  "emulator-not-started": "name a free port with --port, or --port 0",
  "emulator-exposed": "leave out --host, unless other machines are meant to reach it",
  "emulator-runs-functions": "deploy only functions that you trust to this emulator",
  "not-built": "run npm run build",
  "demo-failed": "look at the reasons above; cvm-replicator status shows them again",
} as const;
