// The shapes of wire v1, as the rest of the page sees them.
//
// These types are only ever produced by `decode.ts`: nothing else may claim
// that bytes from the network have one of these shapes. All times are
// milliseconds since the Unix epoch.

/** A text in both languages of the page; the host sends both. */
export interface Text {
  readonly zh: string;
  readonly en: string;
}

export interface Hello {
  readonly t: "hello";
  readonly proto: number;
  readonly epoch: string;
  readonly build: string;
  readonly heartbeatMs: number;
  readonly tz: string;
  readonly name: string;
}

export interface Label {
  readonly key: string;
  readonly text: Text;
}

export interface Dimension {
  readonly name: string;
  readonly title: Text;
  readonly labels: readonly Label[];
}

export interface Measure {
  readonly name: string;
  readonly title: Text;
  readonly unit: string | null;
  readonly additive: boolean;
  /**
   * The measure whose largest error this one is, in the same row: it is shown
   * beside that one and never by itself. Always the name of another measure
   * of the panel that is no error.
   */
  readonly errorOf: string | null;
}

/** How much room a panel asks for; `null` leaves it to the page. */
export type Size = "small" | "medium" | "wide" | "tall" | "large";

/** One view of one metric: all that the page knows about a plugin. */
export interface Panel {
  readonly id: string;
  readonly metric: string;
  readonly view: string;
  readonly title: Text;
  /** `pie`, `bar`, `heatmap`, … or any name this page does not know, drawn as a table. */
  readonly chart: string;
  readonly dimension: Dimension | null;
  /** The second dimension: a row is then a cell of the two. */
  readonly across: Dimension | null;
  readonly measures: readonly Measure[];
  readonly top: number;
  readonly sorted: boolean;
  readonly size: Size | null;
  /** Panels with less come first. */
  readonly order: number;
}

export type Cell = number | null;

/** Values by measure name, aligned with the keys of the frame. */
export type Columns = ReadonlyMap<string, readonly Cell[]>;

export type Scope = "total" | "on_time" | "late";

export interface Rest {
  readonly keys: number;
  readonly columns: Readonly<Record<Scope, Columns>>;
}

export interface Frame {
  readonly rev: number;
  /** `unreadable` is the page's own: a frame that it could not decode. */
  readonly state: "ok" | "empty" | "quarantined" | "unreadable";
  readonly reason: string | null;
  readonly keys: readonly string[];
  /** The second keys of the cells, aligned with `keys`; empty without a second dimension. */
  readonly across: readonly string[];
  readonly columns: Readonly<Record<Scope, Columns>>;
  readonly other: Rest | null;
}

export interface Clock {
  readonly now: number;
  readonly eventTime: number | null;
  readonly watermark: number | null;
}

export type Mode =
  | "waiting"
  | "restoring"
  | "catching-up"
  | "replaying"
  | "live"
  | "ended"
  | "failed";

export interface Cause {
  readonly code: string;
  readonly message: string;
  readonly args: Readonly<Record<string, string>>;
  readonly hint: string | null;
}

export interface Accounting {
  readonly read: number;
  readonly onTime: number;
  readonly late: number;
  readonly rejected: number;
}

export interface Partition {
  readonly partition: number;
  readonly state: string;
}

export interface Checkpoint {
  readonly at: number | null;
  readonly failures: number;
  readonly error: string | null;
}

export interface MetricStatus {
  readonly id: string;
  readonly onTime: number;
  readonly late: number;
  readonly folded: number;
  readonly excluded: number;
}

export interface Status {
  readonly mode: Mode;
  readonly cause: Cause | null;
  readonly source: { readonly kind: string; readonly name: string } | null;
  readonly startedAt: number | null;
  readonly accounting: Accounting;
  readonly eventsPerSecond: number | null;
  readonly lag: number | null;
  readonly catchUpSeconds: number | null;
  readonly latencyP99Ms: number | null;
  readonly partitions: readonly Partition[];
  readonly checkpoint: Checkpoint | null;
  readonly metrics: readonly MetricStatus[];
  readonly deadLetters: number | null;
  /** What an operator should look at, though the pipeline runs. */
  readonly warnings: readonly Cause[];
}

/** `[time, value]` */
export type Point = readonly [number, number];

export type Series = ReadonlyMap<string, readonly Point[]>;

export interface Snapshot {
  readonly t: "snapshot";
  readonly clock: Clock;
  readonly frames: ReadonlyMap<string, Frame>;
  readonly series: Series;
  readonly status: Status;
}

export interface Update {
  readonly t: "update";
  readonly clock: Clock;
  readonly frames: ReadonlyMap<string, Frame>;
  readonly points: Series;
  readonly status: Status;
}

export type Message =
  | Hello
  | { readonly t: "schema"; readonly panels: readonly Panel[] }
  | Snapshot
  | Update
  | { readonly t: "hb"; readonly now: number }
  | { readonly t: "bye"; readonly reason: string; readonly retryMs: number | null };
