// fast-check with one fixed seed, so that a change fails or passes for everybody alike.
import fc from "fast-check";

/**
 * Every property test takes fast-check from here. New cases are looked for on purpose: with `FUZZ_TIMES=20` each
 * property runs twenty times as often, from a new seed that a failure prints; `FUZZ_SEED=7` names the seed.
 */
export const TIMES = Number(process.env["FUZZ_TIMES"] ?? 1);
const seed = process.env["FUZZ_SEED"] ?? (TIMES === 1 ? 20261128 : undefined);
if (seed !== undefined) fc.configureGlobal({ seed: Number(seed) });

export default fc;
