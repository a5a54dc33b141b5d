import { describe, expect, it } from "vitest";
import type { Answer } from "../../../src/net/ask";
import { NO_REPORTS, Reports } from "../../../src/net/reports";
import { lateness } from "../../scripted/api.mjs";

describe("reports", () => {
  const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

  it("are asked for at their own pace, and a refusal less often", async () => {
    let now = 0;
    const asked: string[] = [];
    const reports = new Reports({
      now: () => now, changed: () => undefined,
      ask: async (path): Promise<Answer> => {
        asked.push(path);
        return path.endsWith("events") ? { kind: "ok", value: { shown: true, samples: [] } }
          : path.endsWith("lateness") ? { kind: "ok", value: lateness() }
            : { kind: "refused", status: 404, error: "no such path" };
      },
    });
    for (now = 0; now < 10_000; now += 250) {
      reports.tick("e1");
      await settle();
    }
    const count = (name: string) => asked.filter((path) => path === `api/v1/${name}`).length;
    expect([count("events"), count("lateness"), count("dead-letters")]).toEqual([10, 5, 1]);
    expect(reports.values.deadLetters.fault).toEqual({ error: "no such path" });
    expect(reports.values.lateness.value?.late).toBe(24_691);
    // Another run of the host has other ones.
    reports.tick("e2");
    expect(reports.values).toEqual(NO_REPORTS);
  });
});
