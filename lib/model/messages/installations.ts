// Messages about other installations on the same account, and about the id of this one.
import { error, info } from "./define.ts";

/** Names an installation in a sentence. `?` is `UNKNOWN_INSTALLATION` of `identity.ts`. */
export function installationText(id: string): string {
  return id === "?" ? "an unknown installation" : `installation ${id}`;
}

type Made = { readonly imageId: string; readonly installation: string };

const takeOver = (id: string) => `set REPLICATOR_INSTALLATION=${id}, or run cvm-replicator rebuild --take-over ${id}`;

export const installationReasons = {
  "other-copying": info(
    (p: Made) => `${p.imageId} is this copy, and ${installationText(p.installation)} has not finished it yet`,
  ),
  "other-unfinished": error((p: Made) => ({
    text: `${p.imageId} is this copy, and ${installationText(p.installation)} has not finished it for a long time`,
    remedy:
      p.installation === "?"
        ? "delete that image"
        : `check that installation; if it no longer runs, delete that image, or ${takeOver(p.installation)}`,
  })),
  "other-installation": info(
    (p: { installation: string }) => `made by ${installationText(p.installation)}, which alone changes or deletes it`,
  ),
  "copies-of-other": info((p: { installation: string; copies: number }) => {
    const are = p.copies === 1 ? "1 copy is" : `${p.copies} copies are`;
    return `${are} of ${installationText(p.installation)}, which alone changes, shares and deletes them`;
  }),
  "met-installation": error((p: { installation: string; images: number }) => {
    const are = p.images === 1 ? "1 copy" : `${p.images} copies`;
    return {
      text: `the state was empty and met ${are} of ${installationText(p.installation)}; nothing is done about them`,
      remedy:
        p.installation === "?"
          ? "set their tag cvm-replicator:installation to the id of the installation that made them"
          : `if this is that installation, ${takeOver(p.installation)}; if not, set REPLICATOR_INSTALLATION to another id`,
    };
  }),
} as const;
