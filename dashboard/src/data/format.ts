// Numbers, times and durations as people read them.
//
// One `Format` serves one language and zone: Intl objects are costly to make and
// cheap to use. `null` is always shown as —, never as 0.
import type { Lang } from "../i18n/words";

export const UNKNOWN = "—";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Smaller numbers are shown in full, larger ones in 万 and 亿, or K and M. */
const COMPACT_FROM = 10_000;
const HEADLINE_FROM = 1_000_000;
const TIMES_KEPT = 2000;
/** Times further from 1970 are in no calendar of the browser, which throws at them. */
const TIME_MS_MAX = 8.64e15;

export interface Format {
  readonly lang: Lang;
  /** The zone in which times are shown; UTC when the host's is not known here. */
  readonly zone: string;
  /** Every digit, grouped. */
  full(value: number | null): string;
  /** Short enough for a label: 1.2万, 12.3K. */
  compact(value: number | null): string;
  /** The same with one more digit, for figures that differ and would read alike. */
  finer(value: number | null): string;
  /** Short enough for the marks of an axis: 40万, 1.5K. */
  axis(value: number | null): string;
  /** Short enough for large type: in full up to a million, then 123.46万, 1.23M. */
  headline(value: number | null): string;
  /** Every digit, and how far the value may be off: 1,234 ± 12. */
  withError(value: number | null, error: number | null): string;
  /**
   * The error of a value in proportion to it: ± 1.2%; empty where the value is exact.
   * A value in percent has its error in percent too: a percentage of a percentage would be misread.
   */
  relativeError(value: number | null, error: number | null, unit: string | null): string;
  /** A share between 0 and 1, as a percentage. */
  percent(share: number | null): string;
  /** 2015-11-11 */
  date(time: number | null): string;
  /** 11-11 */
  monthDay(time: number | null): string;
  /** 08:00:00 */
  clock(time: number | null): string;
  /** 2015-11-11 08:00:00 */
  dateTime(time: number | null): string;
  /** 18.2 kB; by thousands. */
  bytes(value: number | null): string;
  /** One or two units: 5分钟, 1 hr 20 min. */
  duration(ms: number | null): string;
}

export function createFormat(lang: Lang, tz: string): Format {
  const locale = lang === "zh" ? "zh-CN" : "en-US";
  const numbers = numberFormats(locale);
  const unit = unitText(locale);
  const { zone, parts } = timeParts(tz);
  const known = <T>(value: T | null, show: (value: T) => string) =>
    value === null ? UNKNOWN : show(value);
  const knownTime = (time: number | null, show: (time: number) => string) =>
    known(time !== null && Math.abs(time) > TIME_MS_MAX ? null : time, show);
  const percentOf = (share: number | null) => known(share, (s) => percent(numbers, s));
  const errorOf = (error: number) => `± ${numbers.full.format(roundUp(error))}`;
  const date = (time: number) => {
    const p = parts(time);
    return `${p.year}-${p.month}-${p.day}`;
  };
  const monthDay = (time: number) => {
    const p = parts(time);
    return `${p.month}-${p.day}`;
  };
  const clock = (time: number) => {
    const p = parts(time);
    return `${p.hour}:${p.minute}:${p.second}`;
  };
  return {
    lang,
    zone,
    full: (value) => known(value, (n) => numbers.full.format(n)),
    compact: (value) =>
      known(value, (n) =>
        Math.abs(n) < COMPACT_FROM ? numbers.full.format(n) : numbers.compact.format(n)),
    finer: (value) =>
      known(value, (n) =>
        Math.abs(n) < COMPACT_FROM ? numbers.full.format(n) : numbers.headline.format(n)),
    axis: (value) => known(value, (n) => numbers.axis.format(n)),
    headline: (value) =>
      known(value, (n) =>
        Math.abs(n) < HEADLINE_FROM ? numbers.full.format(n) : numbers.headline.format(n)),
    withError: (value, error) => known(value, (n) =>
      isExact(error) ? numbers.full.format(n) : `${numbers.full.format(n)} ${errorOf(error)}`),
    relativeError: (value, error, unit) => {
      if (value === null || isExact(error)) return "";
      return value === 0 || unit === "%" ? errorOf(error) : `± ${percentOf(Math.abs(error / value))}`;
    },
    percent: percentOf,
    date: (time) => knownTime(time, date),
    monthDay: (time) => knownTime(time, monthDay),
    clock: (time) => knownTime(time, clock),
    dateTime: (time) => knownTime(time, (t) => `${date(t)} ${clock(t)}`),
    bytes: (value) => known(value, (n) => bytes(numbers, n)),
    duration: (ms) => known(ms, (d) => duration(unit, d)),
  };
}

/** The same with every digit where there is room for it; marks of axes stay short. */
export function inFull(format: Format): Format {
  return { ...format, compact: format.full, finer: format.full, headline: format.full };
}

function isExact(error: number | null): error is null | 0 {
  return error === null || error === 0;
}

/** Two digits, rounded up: a bound must not be shown smaller than it is. */
function roundUp(error: number): number {
  return Math.ceil(Math.abs(error) * 100 - 1e-6) / 100;
}

interface NumberFormats {
  readonly full: Intl.NumberFormat;
  readonly compact: Intl.NumberFormat;
  readonly axis: Intl.NumberFormat;
  readonly headline: Intl.NumberFormat;
  readonly percent: Intl.NumberFormat;
  readonly percentFine: Intl.NumberFormat;
}

function numberFormats(locale: string): NumberFormats {
  return {
    full: new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }),
    compact: new Intl.NumberFormat(locale, {
      notation: "compact", minimumFractionDigits: 1, maximumFractionDigits: 1,
    }),
    axis: new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 }),
    headline: new Intl.NumberFormat(locale, {
      notation: "compact", minimumFractionDigits: 2, maximumFractionDigits: 2,
    }),
    percent: new Intl.NumberFormat(locale, {
      style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1,
    }),
    percentFine: new Intl.NumberFormat(locale, {
      style: "percent", minimumFractionDigits: 2, maximumFractionDigits: 2,
    }),
  };
}

/** Small shares keep a second digit, and a share that is not zero never reads as zero. */
function percent(numbers: NumberFormats, share: number): string {
  if (share > 0 && share < 0.0001) return `<${numbers.percentFine.format(0.0001)}`;
  return share > 0 && share < 0.01
    ? numbers.percentFine.format(share)
    : numbers.percent.format(share);
}

const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

function bytes(numbers: NumberFormats, value: number): string {
  const rounded = (amount: number) => Math.round(amount * 10) / 10;
  let [amount, unit] = [value, 0];
  while (Math.abs(rounded(amount)) >= 1000 && unit < BYTE_UNITS.length - 1) [amount, unit] = [amount / 1000, unit + 1];
  return `${numbers.full.format(rounded(amount))} ${BYTE_UNITS[unit] ?? "B"}`;
}

type Parts = Record<"year" | "month" | "day" | "hour" | "minute" | "second", string>;

/** Splits instants into civil parts of a zone, or of UTC for an unknown zone. */
function timeParts(tz: string): { zone: string; parts: (time: number) => Parts } {
  let zone = tz;
  let format: Intl.DateTimeFormat;
  try {
    format = timeFormat(zone);
  } catch {
    zone = "UTC";
    format = timeFormat(zone);
  }
  // A page says the same few times again and again.
  const known = new Map<number, Parts>();
  const parts = (time: number): Parts => {
    const again = known.get(time);
    if (again !== undefined) return again;
    if (known.size >= TIMES_KEPT) known.clear();
    const found: Parts = { year: "", month: "", day: "", hour: "", minute: "", second: "" };
    for (const part of format.formatToParts(time)) {
      if (part.type in found) found[part.type as keyof Parts] = part.value;
    }
    known.set(time, found);
    return found;
  };
  return { zone, parts };
}

function timeFormat(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone, calendar: "gregory", hourCycle: "h23",
    year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit", second: "2-digit",
  });
}

type Unit = "second" | "minute" | "hour" | "day";

/** Shows an amount of a unit, with one decimal at most. */
function unitText(locale: string): (value: number, unit: Unit) => string {
  const formats = new Map<Unit, Intl.NumberFormat>();
  return (value, unit) => {
    const format = formats.get(unit) ?? new Intl.NumberFormat(locale, {
      style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1,
    });
    formats.set(unit, format);
    return format.format(value).replace(/(\d)(\p{Script=Han})/u, "$1 $2");
  };
}

function duration(unit: ReturnType<typeof unitText>, ms: number): string {
  const d = Math.abs(ms) < SECOND_MS ? Math.round(Math.abs(ms)) : Math.abs(ms);
  const sign = ms < 0 && d > 0 ? "−" : "";
  const pair = (large: number, largeName: Unit, small: number, smallName: Unit) =>
    small === 0
      ? unit(large, largeName)
      : `${unit(large, largeName)} ${unit(small, smallName)}`;
  if (d < SECOND_MS) return `${sign}${d} ms`;
  if (d < 10 * SECOND_MS) return sign + unit(d / SECOND_MS, "second");
  if (d < MINUTE_MS) return sign + unit(Math.floor(d / SECOND_MS), "second");
  const minutes = Math.floor(d / MINUTE_MS);
  if (d < 10 * MINUTE_MS) {
    return sign + pair(minutes, "minute", Math.floor((d % MINUTE_MS) / SECOND_MS), "second");
  }
  if (d < HOUR_MS) return sign + unit(minutes, "minute");
  const hours = Math.floor(d / HOUR_MS);
  if (d < DAY_MS) return sign + pair(hours, "hour", minutes % 60, "minute");
  return sign + pair(Math.floor(d / DAY_MS), "day", hours % 24, "hour");
}

/** Cuts a text for display, by whole characters; the full one is in the title. */
export function clip(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text;
  // No character is longer than two units, so these are more characters than fit unless they are all.
  const characters = Array.from(text.slice(0, charactersMax * 2 + 1));
  return characters.length <= charactersMax ? text : `${characters.slice(0, charactersMax - 1).join("")}…`;
}

/** The parts in one line; those with nothing to say are left out. */
export function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" · ");
}
