import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Two cores: more workers only make the tests that start processes slower.
    maxWorkers: 2,
    testTimeout: 20_000,
  },
});
