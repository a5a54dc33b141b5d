// The shapes of wire v1, as the rest of the page sees them.
//
// The shapes are those of the host (`wire.generated.ts`) in the names of TypeScript,
// without the parts that the page does not show. Only the decoders of this folder
// produce them: no other file may claim that bytes from the network have one of these
// shapes. All times are milliseconds since the Unix epoch.
import type * as Host from "../wire.generated";

type Camel<S extends string> =
  S extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : S;

/** A type of the host with keys such as `eventTime` in the place of `event_time`. */
type Page<T> =
  T extends readonly (infer Item)[] ? readonly Page<Item>[]
  : T extends object ? { readonly [K in keyof T as Camel<K & string>]: Page<T[K]> }
  : T;

/** `Page<T>` with some keys of other types than the host's. */
type With<T, Changed> = Omit<Page<T>, keyof Changed> & Readonly<Changed>;

/** The message of that kind, as the host sends it. */
export type Sent<Kind extends Host.ToPage["t"]> = Extract<Host.ToPage, { t: Kind }>;

/** A text in both languages of the page; the host sends both. */
export interface Text {
  readonly zh: string;
  readonly en: string;
}

/** The logo is a path on this host, without a `/` at its start; the accent is `#rrggbb`. */
export type Look = Page<Host.Look>;

export type Hello = With<Sent<"hello">, { names: Text; look: Look }>;

export type Label = With<Host.Label, { text: Text }>;

export type Dimension = With<Host.Dimension, { title: Text; labels: readonly Label[] }>;

/** `errorOf` is always the name of another measure of the panel that is no error. */
export type Measure = With<Host.Measure, { title: Text }>;

/** The room that a panel asks for; `null` leaves the size to the page. */
export type Size = "small" | "medium" | "wide" | "tall" | "large";

/** A value of a measure beyond which the page warns. */
export type Threshold = With<Host.Threshold, { level: "warn" | "bad"; side: "above" | "below" }>;

/** One view of one metric: all that the page knows about a plugin. */
export type Panel = With<Host.Panel, {
  title: Text;
  dimension: Dimension | null;
  /** The second dimension: a row is then a cell of the two. */
  across: Dimension | null;
  measures: readonly Measure[];
  size: Size | null;
  /** Panels with less come first. */
  order: number;
  /** The kinds of windows, the shown one first; empty where the host does not say. */
  windows: readonly string[];
  /** `windows`: drawn over the windows of the metric, in the place of its keys. */
  over: "windows" | null;
  thresholds: readonly Threshold[];
}>;

export type LayoutUnit = With<Host.LayoutUnit, { text: Text }>;

/** Places of the tiles of panels that name it. */
export type Layout = With<Host.Layout, { units: readonly LayoutUnit[] }>;

/** The fields that the sentences of single records name. */
export type TickerFields = Page<Host.TickerFields>;

/** One record as a sentence, at its event time. */
export type TickerLine = With<Host.TickerLine, { text: Text }>;

export type Cell = number | null;

/** Values by measure name, aligned with the keys of the frame. */
export type Columns = ReadonlyMap<string, readonly Cell[]>;

export type Scope = Exclude<keyof Host.Other, "keys">;

interface Scoped {
  readonly columns: Readonly<Record<Scope, Columns>>;
}

export type Stale = Page<Host.Stale>;

export type Rest = Pick<Page<Host.Other>, "keys"> & Scoped;

export type Frame = Pick<Page<Host.Frame>, "rev" | "reason" | "missing" | "every" | "of" | "keys" | "across"> & Scoped & {
  /** `unreadable` without `stale` is the page's own: a frame that it could not decode. */
  readonly state: "ok" | "empty" | "lagging" | "quarantined" | "unreadable";
  /** The age of values that are not those of all records. */
  readonly stale: Stale | null;
  readonly other: Rest | null;
};

export type Clock = Page<Host.Clock>;

export type Mode = Host.Mode;

export type Cause = Page<Host.Cause>;

/** A thing that stands still or is incomplete, with the reason. */
export type Trouble = Page<Host.Trouble>;

/** The host's verdict over itself, as `/readyz` answers it. */
export type Health = With<Host.Health, {
  troubles: readonly Trouble[];
  degraded: readonly Trouble[];
}>;

export type Accounting = Omit<Page<Host.AccountingStatus>, "fallback" | "future" | "past">;

/** An unknown figure is `null`; an older host has no `gaps` and no `leap`. */
export type Partition = With<Host.PartitionStatus, {
  offset: number | null;
  readTo: number | null;
  heldBack: number | null;
}>;

export type Checkpoint = With<Host.CheckpointStatus, {
  durationMs: number | null;
  bytes: number | null;
}>;

export type Plugin = Omit<With<Host.PluginStatus, { memoryBytes: number | null }>, "rows" | "seconds">;

/** Offsets of a partition that a metric does not count. */
export type Missing = Page<Host.MissingStatus>;

export type MetricStatus =
  Omit<With<Host.MetricStatus, { plugin: Plugin | null; missing: readonly Missing[] }>, "stale" | "windows">;

export type Stages = Page<Host.StageStatus>;

export type HeldBy = Page<Host.WatermarkHeldBy>;

export type Happened = Page<Host.Happened>;

export interface DeadLetters {
  readonly written: number;
  /** Largest first. */
  readonly byReason: readonly (readonly [reason: string, records: number])[];
}

/** A missing figure is `null` and shown as —. */
export type Status = Pick<Page<Host.Status>,
  "mode" | "cause" | "lag" | "catchUpSeconds" | "latencyP99Ms" | "warnings"
  | "lateOutput" | "happened"
> & {
  readonly accounting: Accounting;
  readonly source: Page<Host.SourceStatus> | null;
  /** `null` of a host that gives no verdict. */
  readonly health: Health | null;
  readonly startedAt: number | null;
  readonly eventsPerSecond: number | null;
  readonly batchRows: number | null;
  readonly workers: number | null;
  /** `null` means that the host does not measure stages. */
  readonly stages: Stages | null;
  readonly queueRecords: number | null;
  readonly publishEveryMs: number | null;
  readonly partitions: readonly Partition[];
  readonly watermarkHeldBy: HeldBy | null;
  readonly checkpoint: Checkpoint | null;
  readonly metrics: readonly MetricStatus[];
  readonly deadLetters: DeadLetters | null;
};

/** One record as an operator sees it: its place and its fate. */
export type Sample = Page<Host.RecordSample>;

/** The last checkpoints, the newest first. */
export type Checkpoints = Page<Host.Checkpoints>;

export type Samples = With<Host.Samples, { samples: readonly Sample[] }>;

/** `[smallest, largest, records]`, in milliseconds of delay. */
export type Bucket = readonly [from: number, to: number, records: number];

export type Lateness = With<Host.LatenessReport, {
  buckets: readonly Bucket[];
  samples: readonly Sample[];
}>;

/** `[time, value]` */
export type Point = readonly [number, number];

export type Series = ReadonlyMap<string, readonly Point[]>;

/** A figure above the panels. */
export type Headline = With<Host.Headline, { title: Text }>;

export type StaleFigure = "lagging" | "quarantined" | "unreadable";

export type HeadlineChange = With<Host.HeadlineChange, {
  to: "previous" | "1d" | "7d" | "1y";
  reason: "not-yet" | "no-history" | "no-finer" | "failed" | null;
}>;

/** What such a figure is worth. */
export type HeadlineValue = With<Host.HeadlineValue, {
  stale: StaleFigure | null;
  changes: readonly HeadlineChange[];
}>;

/** Figures by the ids of their headlines. */
export type Figures = ReadonlyMap<string, HeadlineValue>;

/** The rows of a panel over two spans that are comparable. */
export type Compared = With<Host.Compared, Pick<HeadlineChange, "to" | "reason"> & {
  now: Frame | null;
  before: Frame | null;
}>;

interface Common {
  /** New sentences, the newest last. */
  readonly ticker: readonly TickerLine[];
  /** `null` means that none of them changed, or that the host has none. */
  readonly figures: Figures | null;
  readonly clock: Clock;
  readonly frames: ReadonlyMap<string, Frame>;
  readonly status: Status;
}

export type Snapshot = Pick<Sent<"snapshot">, "t"> & Common & { readonly series: Series };

export type Update = Pick<Sent<"update">, "t"> & Common & { readonly points: Series };

export type Message =
  | Hello
  | {
    readonly t: "schema";
    readonly panels: readonly Panel[];
    readonly headlines: readonly Headline[];
    readonly layouts: readonly Layout[];
    /** `null` where there are no sentences of records. */
    readonly ticker: TickerFields | null;
  }
  | Snapshot
  | Update
  | Omit<Page<Sent<"hb">>, "seq">
  | With<Sent<"bye">, { retryMs: number | null }>;
