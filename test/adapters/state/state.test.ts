// The contract of the state, for each store that implements it.
import { describe } from "vitest";
import { openState } from "../../../lib/adapters/state/open.ts";
import { directoryState } from "../../support/directory-state.ts";
import { stateContract } from "./contract.ts";
import { emptyFile, emptyFolder, emptySchema, postgres, tellSkipped } from "./places.ts";

stateContract("the state in plain files", async () => {
  const { folder, remove } = emptyFolder();
  return { open: async () => directoryState(folder), remove };
});

stateContract("the state in SQLite", async () => {
  const { url, remove } = await emptyFile();
  return { open: () => openState(url), remove };
});

tellSkipped("the contract of the state");
describe.skipIf(!postgres)("with a server", () => {
  stateContract("the state in PostgreSQL", async () => {
    const { url, remove } = await emptySchema();
    return { open: () => openState(url), remove };
  });
});
