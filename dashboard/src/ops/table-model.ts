// The content of a table of the operator's section: texts, and icons for states.
import type { Icon } from "../data/icons";

export interface CellModel {
  readonly text: string;
  readonly icon?: Icon;
  /** The whole of a clipped text. */
  readonly title?: string;
  readonly tone?: "good" | "warn" | "bad" | "muted";
  readonly mono?: boolean;
}

export interface RowModel {
  /** The name of the row, handed to the action on it. */
  readonly key: string;
  readonly cells: readonly CellModel[];
  readonly marked?: boolean;
}

export interface TableModel {
  readonly caption: string;
  /** The head of each column; `end` marks a column of figures. */
  readonly heads: readonly { readonly text: string; readonly end?: boolean }[];
  readonly rows: readonly RowModel[];
  /** The line below: how many rows are left out, or that there are none. */
  readonly note: string;
}
