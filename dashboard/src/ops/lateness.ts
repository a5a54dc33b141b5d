// The delays of records, as bars over a logarithm of the delay. Pure.
//
// The host's buckets grow with the delay; buckets are merged to as many bars as can
// be told apart. Heights are by logarithm too, so that the few very late records are
// seen beside the many that are on time.
import type { Context } from "../data/context";
import { codeWord } from "../i18n/words";
import type { Bucket, Lateness } from "../wire/shapes";

export const BARS_MAX = 40;
/** The spoken summary names so many bars. */
const SPOKEN_BARS_MAX = 6;

export interface Bar {
  readonly fromMs: number;
  readonly toMs: number;
  readonly records: number;
  /** Left and right edge between 0 and 1, height between 0 and 1. */
  readonly left: number;
  readonly right: number;
  readonly height: number;
  readonly isLate: boolean;
}

export interface Histogram {
  readonly bars: readonly Bar[];
  /** The places of the bounds, between 0 and 1. */
  readonly bound: number;
  readonly bound999: number | null;
  readonly ticks: readonly { readonly at: number; readonly ms: number }[];
}

const TICKS_MS = [
  0, 10, 100, 1000, 10_000, 60_000, 600_000, 3_600_000, 21_600_000, 86_400_000, 604_800_000, 2_592_000_000,
  31_536_000_000,
] as const;

export function histogramOf(report: Lateness): Histogram {
  const largest = Math.max(
    1000, report.boundMs, report.boundFor999Ms ?? 0, ...report.buckets.map(([, to]) => to));
  const span = Math.log1p(largest) * 1.02;
  const place = (ms: number) => Math.min(1, Math.log1p(Math.max(0, ms)) / span);
  const merged = merge(report.buckets, place, report.boundMs);
  const most = Math.max(1, ...merged.map(({ records }) => records));
  return {
    bars: merged.map((bar) => ({ ...bar, height: Math.log1p(bar.records) / Math.log1p(most) })),
    bound: place(report.boundMs),
    bound999: report.boundFor999Ms === null ? null : place(report.boundFor999Ms),
    ticks: TICKS_MS.filter((ms) => ms <= largest).map((ms) => ({ at: place(ms), ms })),
  };
}

/** Buckets that fall on one bar are merged; no bar holds both late buckets and buckets that are on time. */
function merge(
  buckets: readonly Bucket[], place: (ms: number) => number, boundMs: number,
): Omit<Bar, "height">[] {
  const bars = new Map<string, Omit<Bar, "height">>();
  for (const [fromMs, toMs, records] of buckets) {
    const slot = Math.min(BARS_MAX - 3, Math.floor(place((fromMs + toMs) / 2) * (BARS_MAX - 2)));
    const isLate = fromMs > boundMs;
    const key = `${slot} ${isLate}`;
    const known = bars.get(key);
    bars.set(key, {
      fromMs: Math.min(known?.fromMs ?? fromMs, fromMs),
      toMs: Math.max(known?.toMs ?? toMs, toMs),
      records: (known?.records ?? 0) + records,
      left: Math.min(known?.left ?? 1, place(fromMs)),
      right: Math.max(known?.right ?? 0, place(toMs), place(fromMs) + 0.012),
      isLate,
    });
  }
  return [...bars.values()];
}

export interface LatenessWords {
  readonly facts: readonly string[];
  readonly spoken: string;
}

export function latenessWords(report: Lateness, histogram: Histogram, ctx: Context): LatenessWords {
  const { ops } = ctx.words;
  const { format } = ctx;
  const share = report.records === 0 ? null : report.late / report.records;
  const bound999 = report.boundFor999Ms;
  const facts = [
    ops.lateWords(
      format.full(report.late), format.full(report.records), format.percent(share), format.duration(report.boundMs)),
    ...(bound999 === null ? []
      : [(bound999 <= report.boundMs ? ops.late999Within : ops.late999)(format.duration(bound999))]),
    codeWord(ops.lateClock, report.clock),
    ...(report.replayable ? [] : [ops.notReplayable]),
  ];
  const bars = [...histogram.bars].sort((a, b) => b.records - a.records).slice(0, SPOKEN_BARS_MAX)
    .map((bar) => barWords(bar, ctx)).join(", ");
  return { facts, spoken: `${facts.join(" · ")} · ${ops.histogram(bars)}` };
}

export function barWords(bar: Bar, ctx: Context): string {
  const { format } = ctx;
  return ctx.words.ops.bar(format.duration(bar.fromMs), format.duration(bar.toMs), format.full(bar.records));
}
