// Page tests: the built page in a real Chromium, against the scripted host of
// `test/scripted` and against the real `streamgauge` binary.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/page/**/*.test.ts"],
    environment: "node",
    // One browser at a time: the tests measure time and share two cores.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
