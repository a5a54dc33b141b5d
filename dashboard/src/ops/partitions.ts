// The partitions: where each one stands, and which one holds the watermark back. Pure.
import type { Context } from "../data/context";
import { UNKNOWN } from "../data/format";
import type { Icon } from "../data/icons";
import { hostTime } from "../data/page-state";
import { codeWord } from "../i18n/words";
import type { HeldBy, Partition, Status } from "../wire/shapes";
import type { CellModel, TableModel } from "./table-model";

/** Nobody reads a longer list. */
export const PARTITIONS_MAX = 32;
/** A partition holds the watermark back once it has been behind the others for so long. */
const HOLD_MS_MIN = 10_000;

const LOOKS: Readonly<Record<string, readonly [Icon, NonNullable<CellModel["tone"]>]>> = {
  running: ["play", "good"], idle: ["pause", "muted"], gap: ["warning", "bad"],
  waiting: ["hourglass", "warn"], ended: ["done", "muted"], failed: ["failed", "bad"],
};

export function partitionsModel(status: Status, ctx: Context): TableModel {
  const { ops } = ctx.words;
  const shown = chosen(status);
  const left = status.partitions.length - shown.length;
  return {
    caption: ops.partitions,
    heads: [
      { text: ops.partition }, { text: ops.state }, { text: ops.offset, end: true },
      { text: ops.lag, end: true }, { text: ops.watermark }, { text: ops.note },
    ],
    rows: shown.map((partition) => ({
      key: String(partition.partition),
      cells: cells(partition, status, ctx),
      marked: partition.partition === longHold(status, ctx)?.partition,
    })),
    note: shown.length === 0 ? ops.noPartitions : left > 0 ? ops.more(ctx.format.full(left)) : "",
  };
}

/** The partitions that need a look most, in the order of their numbers. */
function chosen(status: Status): readonly Partition[] {
  const held = status.watermarkHeldBy?.partition;
  const trouble = (p: Partition) =>
    (p.state === "running" || p.state === "idle" || p.state === "ended" ? 0 : 4)
    + (p.partition === held ? 2 : 0) + (p.gaps.length > 0 ? 1 : 0);
  return [...status.partitions]
    .sort((a, b) => trouble(b) - trouble(a) || a.partition - b.partition)
    .slice(0, PARTITIONS_MAX)
    .sort((a, b) => a.partition - b.partition);
}

function cells(partition: Partition, status: Status, ctx: Context): CellModel[] {
  const { format, words } = ctx;
  const [icon, tone] = (Object.hasOwn(LOOKS, partition.state) ? LOOKS[partition.state] : undefined)
    ?? (["dots", "muted"] as const);
  const note = noteOf(partition, status, ctx);
  return [
    { text: String(partition.partition) },
    { text: codeWord(words.accounting.partitionStates, partition.state), icon, tone },
    { text: format.full(partition.offset) },
    { text: format.full(partition.lag) },
    {
      text: partition.watermark === null
        ? UNKNOWN : `${format.monthDay(partition.watermark)} ${format.clock(partition.watermark)}`,
      title: `${format.dateTime(partition.watermark)} ${format.zone}`,
    },
    note,
  ];
}

function noteOf(partition: Partition, status: Status, ctx: Context): CellModel {
  const { ops } = ctx.words;
  const held = longHold(status, ctx);
  const gaps = partition.gaps.map(({ kind, from, to }) =>
    ops.gap(codeWord(ops.gapKinds, kind), ctx.format.full(from), ctx.format.full(to)));
  const { leap } = partition;
  const parts = [
    ...(held?.partition === partition.partition ? [ops.holds(ctx.format.clock(held.since))] : []),
    ...(partition.emptyOffsets > 0 ? [ops.emptyOffsets(ctx.format.full(partition.emptyOffsets))] : []),
    ...(gaps.length === 1 ? gaps : gaps.length > 1 ? [ops.gaps(String(gaps.length))] : []),
  ];
  if (leap !== null) {
    parts.push(ops.leap(ctx.format.full(leap.offset), ctx.format.dateTime(leap.from), ctx.format.dateTime(leap.to)));
  }
  const text = parts.join(" · ");
  // Offsets without a record, and one far move of the watermark, are nothing to look after.
  const isQuiet = gaps.length === 0 && held?.partition !== partition.partition;
  if (isQuiet) {
    const notes = [partition.emptyOffsets > 0 ? ops.emptyOffsetsNote : "", leap === null ? "" : ops.leapNote];
    return text === "" ? { text } : { text, title: notes.filter((note) => note !== "").join("\n") };
  }
  return { text, icon: "warning", tone: "warn", title: [text, ...gaps].join("\n") };
}

/**
 * A partition that has held the watermark back for a while. One that is behind for a single
 * update is no news: some partition always is.
 */
export function longHold({ watermarkHeldBy: held }: Status, ctx: Context): HeldBy | null {
  const now = hostTime(ctx.state, ctx.now);
  return held !== null && now !== null && now - held.since >= HOLD_MS_MIN ? held : null;
}

/** The partition that holds the watermark back, in words. */
export function heldWords(status: Status, ctx: Context): string {
  const held = longHold(status, ctx);
  return held === null
    ? ctx.words.ops.notHeld
    : ctx.words.ops.heldBy(String(held.partition), ctx.format.clock(held.since));
}
