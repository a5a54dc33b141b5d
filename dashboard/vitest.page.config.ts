// Page tests: the built page in a real Chromium, against the scripted host of
// `test/scripted` and against the real `streamgauge` binary.
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/page/**/*.test.ts"],
    environment: "node",
    // The files of a worker share what they import: to load the browser's library takes a second each.
    isolate: false,
    // A browser more than there are cores, and never less than three: much of a test is waiting.
    maxWorkers: Math.max(3, availableParallelism() + 1),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A page on a busy machine answers late.
    expect: { poll: { timeout: 10_000 } },
  },
});
