import { describe, expect, it } from "vitest";
import { balance, isBalanced, partitionStates } from "../../../src/views/balance";
import { greeted, statusOf } from "../fixtures";

describe("the accounting", () => {
  const found = (status: Record<string, unknown>) => balance(statusOf(status));
  const metric = (id: string, excluded: number) =>
    ({ id, on_time: 8, late: 2, folded: 10, excluded });

  it("adds up", () => {
    expect(isBalanced(found({}))).toBe(true);
  });

  it("says by how much it does not", () => {
    const off = found({ accounting: { read: 100, on_time: 90, late: 5, rejected: 2 } });
    expect([off.difference, isBalanced(off)]).toEqual([3, false]);
  });

  it("holds for each metric too", () => {
    const off = found({ metrics: [{ ...metric("good", 3), folded: 7 }, metric("bad", 1)] });
    expect([off.unbalancedMetrics, isBalanced(off)]).toEqual([["bad"], false]);
    expect(off.excluded).toEqual([{ id: "good", count: 3 }, { id: "bad", count: 1 }]);
  });

  it("counts partitions by state", () => {
    const partitions = ["running", "idle", "running"]
      .map((state, partition) => ({ partition, state }));
    const { status } = greeted({ status: { partitions } });
    expect(status && [...partitionStates(status)]).toEqual([["running", 2], ["idle", 1]]);
  });
});
