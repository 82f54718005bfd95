// The contract of the state, for each store that implements it.
import { describe } from "vitest";
import { openState } from "../../../lib/adapters/state/open.ts";
import { emptyMemory, memoryState } from "../../support/memory-state.ts";
import { stateContract } from "./contract.ts";
import { emptyFile, emptySchema, postgres, tellSkipped } from "./places.ts";

stateContract("the state in memory", async () => {
  const memory = emptyMemory();
  return { open: async () => memoryState(memory), remove: async () => {} };
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
