// Samples of records as rows: late ones, dead letters, the latest ones. Pure.
import type { Context } from "../data/context";
import { clip, joined, UNKNOWN } from "../data/format";
import { metricTitle } from "../data/titles";
import { codeWord } from "../i18n/words";
import type { Report } from "../net/reports";
import type { Sample, Samples } from "../wire/shapes";
import type { CellModel, RowModel, TableModel } from "./table-model";

const RECORD_CHARACTERS_MAX = 120;
const LATE_ROWS_MAX = 30;
const DEAD_ROWS_MAX = 30;
const EVENT_ROWS_MAX = 20;

/** The place of a record, as rows carry it and Explain takes it. */
function placeOf({ partition, offset }: Sample): string {
  return `${partition}@${offset}`;
}

function recordCell(sample: Sample, shown: boolean, ctx: Context): CellModel {
  const { ops } = ctx.words;
  if (sample.record === null && sample.recordBase64 === null) {
    return { text: shown ? UNKNOWN : ops.recordHidden, tone: "muted" };
  }
  const full = sample.record ?? ops.recordBinary(sample.recordBase64 ?? "");
  const text = clip(full.replaceAll(/\s+/gu, " "), RECORD_CHARACTERS_MAX);
  return { text, title: full, mono: true };
}

function timeCell(time: number | null, ctx: Context): CellModel {
  const { format } = ctx;
  return time === null
    ? { text: UNKNOWN }
    : { text: `${format.monthDay(time)} ${format.clock(time)}`, title: `${format.dateTime(time)} ${format.zone}` };
}

/** The newest first: the host sends the samples one partition after the other. */
function newest(samples: readonly Sample[], max: number): readonly Sample[] {
  return [...samples].sort((a, b) => (b.time ?? 0) - (a.time ?? 0) || b.offset - a.offset).slice(0, max);
}

export function lateModel(samples: readonly Sample[], ctx: Context): TableModel {
  const { ops } = ctx.words;
  return {
    caption: ops.lateSamples,
    heads: [{ text: ops.place }, { text: ops.eventTime }, { text: ops.delay, end: true }, { text: ops.record }],
    rows: newest(samples, LATE_ROWS_MAX).map((sample): RowModel => ({
      key: placeOf(sample),
      cells: [
        { text: placeOf(sample) }, timeCell(sample.eventTime, ctx),
        { text: ctx.format.duration(sample.delayMs), tone: "warn" }, recordCell(sample, true, ctx),
      ],
    })),
    note: samples.length === 0 ? ops.noLate : "",
  };
}

export function deadModel(report: Report<Samples>, ctx: Context): TableModel {
  const { ops } = ctx.words;
  const samples = report.value?.samples ?? [];
  return {
    caption: ops.deadLetters,
    heads: [{ text: ops.place }, { text: ops.time }, { text: ops.reason }, { text: ops.record }],
    rows: newest(samples, DEAD_ROWS_MAX).map((sample): RowModel => ({
      key: placeOf(sample),
      cells: [
        { text: placeOf(sample) }, timeCell(sample.time, ctx),
        {
          text: joined(
            codeWord(ops.reasons, sample.reason ?? UNKNOWN), clip(sample.detail ?? "", 60),
            sample.metric === null ? "" : metricTitle(sample.metric, ctx),
          ),
          tone: "bad", icon: "cross", title: [sample.reason, sample.detail].filter((part) => part !== null).join(": "),
        },
        recordCell(sample, report.value?.shown ?? true, ctx),
      ],
    })),
    note: noteOf(report, ops.noDead, ctx),
  };
}

export function eventsModel(report: Report<Samples>, ctx: Context): TableModel {
  const { ops } = ctx.words;
  return {
    caption: ops.events,
    heads: [{ text: ops.place }, { text: ops.eventTime }, { text: ops.verdict }, { text: ops.record }],
    rows: (report.value?.samples ?? []).slice(0, EVENT_ROWS_MAX).map((sample): RowModel => ({
      key: placeOf(sample),
      cells: [
        { text: placeOf(sample) }, timeCell(sample.eventTime, ctx), verdictCell(sample, ctx),
        recordCell(sample, report.value?.shown ?? true, ctx),
      ],
    })),
    note: noteOf(report, ops.noEvents, ctx),
  };
}

function verdictCell(sample: Sample, ctx: Context): CellModel {
  const { ops } = ctx.words;
  if (sample.reason !== null) return { text: codeWord(ops.reasons, sample.reason), icon: "cross", tone: "bad" };
  return sample.delayMs === null
    ? { text: ops.onTime, icon: "check", tone: "good" }
    : { text: ops.lateBy(ctx.format.duration(sample.delayMs)), icon: "hourglass", tone: "warn" };
}

/** The note of a report that has nothing to show, or nothing newer. */
export function noteOf(report: Report<unknown>, none: string, ctx: Context): string {
  const { ops } = ctx.words;
  if (report.fault !== null) return report.fault.error === null ? ops.unreachable : ops.refused(report.fault.error);
  if (report.value === null) return ops.loading;
  const { samples } = report.value as { samples?: readonly unknown[] };
  return samples === undefined || samples.length > 0 ? "" : none;
}

/** Dead letters by reason, in words. */
export function reasonsOf(
  reasons: readonly (readonly [string, number])[], ctx: Context,
): readonly { readonly name: string; readonly text: string; readonly share: number }[] {
  const most = Math.max(1, ...reasons.map(([, records]) => records));
  return reasons.map(([reason, records]) => ({
    name: codeWord(ctx.words.ops.reasons, reason), text: ctx.format.full(records), share: records / most,
  }));
}
