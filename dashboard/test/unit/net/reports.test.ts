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

  /** Reports of a host that gives those answers in turn to each question about events. */
  function answered(...answers: readonly (Answer | Promise<Answer>)[]) {
    let now = 0;
    let asked = 0;
    let changes = 0;
    const reports = new Reports({
      now: () => now, changed: () => { changes += 1; },
      ask: async (path): Promise<Answer> => {
        if (!path.endsWith("events")) return new Promise(() => undefined);
        asked += 1;
        return answers[Math.min(asked, answers.length) - 1] ?? { kind: "failed" };
      },
    });
    const tick = async (at: number, epoch = "e1") => {
      now = at;
      reports.tick(epoch);
      await settle();
    };
    return { reports, tick, asked: () => asked, changes: () => changes };
  }

  const told: Answer = { kind: "ok", value: { shown: true, samples: [] } };

  it("keep what was told last while no host answers, and say so until one does", async () => {
    const { reports, tick, asked } = answered(told, { kind: "failed" }, told);
    await tick(0);
    await tick(1000);
    expect(reports.values.events).toEqual({ value: { shown: true, samples: [] }, fault: { error: null } });
    await tick(5999);
    expect(asked()).toBe(2);
    await tick(6000);
    expect([asked(), reports.values.events.fault]).toEqual([3, null]);
  });

  it("take an answer of another shape for none, and ask for it as rarely as for a refused one", async () => {
    const { reports, tick, asked } = answered({ kind: "ok", value: { samples: 7 } });
    await tick(0);
    expect(reports.values.events).toEqual({ value: null, fault: { error: null } });
    await tick(29_999);
    expect(asked()).toBe(1);
    await tick(30_000);
    expect(asked()).toBe(2);
  });

  it("wait for an answer, however long it takes, and hear none about a host that is gone", async () => {
    let give: (answer: Answer) => void = () => undefined;
    const { reports, tick, asked, changes } = answered(new Promise<Answer>((resolve) => { give = resolve; }), { kind: "failed" });
    await tick(0);
    await tick(60_000);
    expect(asked()).toBe(1);
    await tick(60_001, "e2");
    expect([asked(), changes()]).toEqual([2, 1]);
    give(told);
    await settle();
    expect([reports.values.events.value, changes()]).toEqual([null, 1]);
  });
});
