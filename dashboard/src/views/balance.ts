// The check of the accounting: read = on time + late + rejected, and for each metric
// on time + late = folded + excluded. Pure.
import type { Status } from "../wire/shapes";

export interface Balance {
  /** The records that are read and not accounted for; 0 means that the accounting adds up. */
  readonly difference: number;
  readonly unbalancedMetrics: readonly string[];
  readonly excluded: readonly { readonly id: string; readonly count: number }[];
}

export function balance(status: Status): Balance {
  const { read, onTime, late, rejected } = status.accounting;
  return {
    difference: read - (onTime + late + rejected),
    unbalancedMetrics: status.metrics
      .filter((metric) => metric.onTime + metric.late !== metric.folded + metric.excluded)
      .map((metric) => metric.id),
    excluded: status.metrics
      .filter((metric) => metric.excluded > 0)
      .map((metric) => ({ id: metric.id, count: metric.excluded })),
  };
}

export function isBalanced(b: Balance): boolean {
  return b.difference === 0 && b.unbalancedMetrics.length === 0;
}

/** The number of partitions in each state, in the order in which the states appear. */
export function partitionStates(status: Status): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { state } of status.partitions) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}
