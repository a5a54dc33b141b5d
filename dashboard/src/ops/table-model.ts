// What a table of the operator's section holds: texts, and for states an icon too.
import type { Icon } from "../data/icons";

export interface CellModel {
  readonly text: string;
  readonly icon?: Icon;
  /** What a clipped text says in full. */
  readonly title?: string;
  readonly tone?: "good" | "warn" | "bad" | "muted";
  readonly mono?: boolean;
}

export interface RowModel {
  /** What the row stands for, handed to whoever is asked to act on it. */
  readonly key: string;
  readonly cells: readonly CellModel[];
  readonly marked?: boolean;
}

export interface TableModel {
  readonly caption: string;
  /** The head of each column, and whether it holds figures. */
  readonly heads: readonly { readonly text: string; readonly end?: boolean }[];
  readonly rows: readonly RowModel[];
  /** What is said below: how many are left out, or that there are none. */
  readonly note: string;
}
