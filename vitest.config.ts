// The two projects of tests: `quick` for every change, `slow` for what starts whole programs again and again.
import { existsSync, statfsSync } from "node:fs";
import { defineConfig } from "vitest/config";

/**
 * Tests that start the built programs many times, kill them, deploy, or compare very many worlds. `npm run test:all`
 * and `.ci/run` have them; `npm test` has the others.
 */
const SLOW = [
  "test/{deploy/serverless,deployed/deployed}.test.ts",
  "test/emulator/functions/{control,events,invoke,processes,workflow}.test.ts",
  "test/e2e/{cli,doctor,functions,interrupt,main-job,operations,package,plan,readme,workflow}.test.ts",
  "test/policy-keys/switch-pairs.test.ts",
  "test/security/{permissions,secrets-in-errors,secrets-in-output}.test.ts",
  "test/torture/torture.test.ts",
];

/**
 * States of tests live in memory where there is room: an embedded state waits for the disk at every commit, and that
 * wait was most of the time of the tests. No test needs the disk itself: they kill processes, never the machine.
 */
const MEMORY = "/dev/shm";
const LEAST_FREE_BYTES = 1e9;

function temporaryFolder(): { TMPDIR?: string } {
  if (process.env["TMPDIR"] !== undefined || !existsSync(MEMORY)) return {};
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize >= LEAST_FREE_BYTES ? { TMPDIR: MEMORY } : {};
}

export default defineConfig({
  test: {
    // One more than the two cores of the smallest machine: the slow tests wait half of their time.
    maxWorkers: 3,
    testTimeout: 20_000,
    env: temporaryFolder(),
    projects: [
      { extends: true, test: { name: "quick", include: ["test/**/*.test.ts"], exclude: SLOW } },
      { extends: true, test: { name: "slow", include: SLOW } },
    ],
  },
});
