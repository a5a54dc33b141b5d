// Page tests: the built page in a real Chromium, against the scripted host of
// `test/scripted` and against the real `streamgauge` binary.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/page/**/*.test.ts"],
    environment: "node",
    // A browser on each core: much of a test is waiting.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
