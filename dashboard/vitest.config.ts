// Unit tests: pure functions, no browser, no host.
import { defineConfig } from "vitest/config";

export default defineConfig({
  // Pure functions leave nothing behind, so the files of a worker share their modules.
  test: {
    include: ["test/unit/**/*.test.ts"], environment: "node", isolate: false,
    // A machine that is busy makes none of them fail.
    testTimeout: 60_000,
  },
});
