// Figures with the unit of their measure: bytes as 17.8 MB, seconds as 186 days, per cent
// as 27.3%, money as ¥12.3万. A unit that is not known here stands beside the figures, and
// they are plain numbers. Pure.
import type { Lang } from "../i18n/words";
import { UNKNOWN, type Format } from "./format";

/** Amounts of a unit: text with at most so many decimals, rounded up where `isBound`. */
type Show = (value: number, decimals: number, isBound?: boolean) => string;

interface Unit {
  readonly show: Show;
  /** Large amounts in two steps, such as days and hours; `undefined` where one step says all. */
  readonly long?: (value: number, format: Format) => string;
  /** Decimals of every digit that is worth reading. */
  readonly decimals: number;
}

const BYTES: Readonly<Record<string, number>> = {
  B: 1, byte: 1, bytes: 1, 字节: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12,
  KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40,
};
const BYTE_STEPS = [["B", 1], ["kB", 1e3], ["MB", 1e6], ["GB", 1e9], ["TB", 1e12], ["PB", 1e15]] as const;

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const TIMES_MS: Readonly<Record<string, number>> = {
  ns: 1e-6, 纳秒: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, 微秒: 1e-3, ms: 1, 毫秒: 1, millisecond: 1, milliseconds: 1,
  s: SECOND_MS, sec: SECOND_MS, second: SECOND_MS, seconds: SECOND_MS, 秒: SECOND_MS,
  min: MINUTE_MS, minute: MINUTE_MS, minutes: MINUTE_MS, 分钟: MINUTE_MS,
  h: HOUR_MS, hour: HOUR_MS, hours: HOUR_MS, 小时: HOUR_MS, d: DAY_MS, day: DAY_MS, days: DAY_MS, 天: DAY_MS,
};
const TIME_STEPS = [
  ["ns", 1e-6], ["µs", 1e-3], ["ms", 1], ["second", SECOND_MS], ["minute", MINUTE_MS], ["hour", HOUR_MS], ["day", DAY_MS],
] as const;

const CURRENCIES: Readonly<Record<string, string>> = {
  "¥": "CNY", "￥": "CNY", 元: "CNY", 人民币: "CNY", RMB: "CNY", $: "USD", 美元: "USD", "€": "EUR", 欧元: "EUR", "£": "GBP",
};
const PER_CENT = ["%", "％", "percent", "per cent"];

/** Smaller amounts of money are written in full. */
const MONEY_COMPACT_FROM = 10_000;
const HEADLINE_FROM = 1_000_000;

const known = new WeakMap<Format, Map<string, Format>>();

/** The format of figures in a unit; the same format where the unit is none that is known. */
export function inUnit(format: Format, unit: string | null): Format {
  if (unit === null) return format;
  const formats = known.get(format) ?? new Map<string, Format>();
  known.set(format, formats);
  const found = formats.get(unit) ?? unitFormat(format, unit);
  // Units come from descriptors, of which there are few.
  formats.set(unit, found);
  return found;
}

/** `true` where figures are read with their unit, which need not stand beside them. */
export function saysUnit(unit: string | null): boolean {
  return unit !== null && (unitOf(unit, "en") !== null || currencyOf(unit) !== null);
}

function unitFormat(format: Format, name: string): Format {
  const currency = currencyOf(name);
  if (currency !== null) return moneyFormat(format, currency);
  const unit = unitOf(name, format.lang);
  if (unit === null) return format;
  const say = (decimals: number) => (value: number | null) =>
    (value === null ? UNKNOWN : unit.show(value, decimals));
  const full = (value: number | null) => {
    if (value === null) return UNKNOWN;
    return unit.long?.(value, format) ?? unit.show(value, unit.decimals);
  };
  return {
    ...format, full, compact: say(1), finer: say(2), axis: say(1), headline: say(Math.min(2, unit.decimals)),
    ...errors(full, (error) => unit.show(error, unit.decimals, true), format),
  };
}

function errors(full: Format["full"], bound: (error: number) => string, format: Format): Pick<Format, "withError" | "relativeError"> {
  return {
    withError: (value, error) =>
      (value === null || error === null || error === 0 ? full(value) : `${full(value)} ± ${bound(Math.abs(error))}`),
    relativeError: (value, error, unit) => {
      if (value === null || error === null || error === 0) return "";
      return value === 0 || unit === "%" ? `± ${bound(Math.abs(error))}` : format.relativeError(value, error, unit);
    },
  };
}

function unitOf(name: string, lang: Lang): Unit | null {
  const [, of = name, per = ""] = /^([^/]+)(\/.+)$/u.exec(name) ?? [];
  if (Object.hasOwn(BYTES, of)) {
    const factor = BYTES[of] ?? 1;
    return { decimals: 3, show: (value, decimals, isBound) => `${inSteps(value * factor, BYTE_STEPS, decimals, lang, isBound)}${per}` };
  }
  if (Object.hasOwn(TIMES_MS, name)) {
    const factor = TIMES_MS[name] ?? 1;
    return {
      decimals: 3,
      show: (value, decimals, isBound) => inSteps(value * factor, TIME_STEPS, decimals, lang, isBound),
      long: (value, format) => (Math.abs(value * factor) < 10 * MINUTE_MS
        ? inSteps(value * factor, TIME_STEPS, 3, lang) : format.duration(value * factor)),
    };
  }
  return PER_CENT.includes(name)
    ? { decimals: 2, show: (value, decimals, isBound) => `${amount(value, decimals, lang, isBound)}%` } : null;
}

/** An amount in the largest step of which it is one or more. */
function inSteps(
  value: number, steps: readonly (readonly [name: string, size: number])[], decimals: number, lang: Lang, isBound?: boolean,
): string {
  const size = Math.abs(value);
  const rounds = (at: number) => Math.round((size / (steps[at]?.[1] ?? 1)) * 10 ** decimals) / 10 ** decimals;
  let at = size === 0 ? Math.max(0, steps.findIndex(([, step]) => step === 1)) : 0;
  while (at + 1 < steps.length && rounds(at) * (steps[at]?.[1] ?? 1) >= (steps[at + 1]?.[1] ?? Infinity)) at += 1;
  const [name = "", step = 1] = steps[at] ?? [];
  // Three digits say enough, and 999.9 is no longer than 1000.
  const shown = decimals === 1 && size / step >= 100 ? 0 : decimals;
  const intl = INTL_UNITS.find((each) => each === name);
  return intl === undefined ? `${amount(value / step, shown, lang, isBound)} ${name}`
    : intlUnit(intl, shown, lang)(rounded(value / step, shown, isBound));
}

const INTL_UNITS = ["second", "minute", "hour", "day"] as const;
type IntlUnit = (typeof INTL_UNITS)[number];

const numbers = new Map<string, Intl.NumberFormat>();

function intl(lang: Lang, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${lang} ${JSON.stringify(options)}`;
  const found = numbers.get(key) ?? new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en-US", options);
  numbers.set(key, found);
  return found;
}

function intlUnit(unit: IntlUnit, decimals: number, lang: Lang): (value: number) => string {
  const format = intl(lang, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: decimals });
  return (value) => format.format(value).replace(/(\d)(\p{Script=Han})/u, "$1 $2");
}

function amount(value: number, decimals: number, lang: Lang, isBound?: boolean): string {
  return intl(lang, { maximumFractionDigits: decimals }).format(rounded(value, decimals, isBound));
}

/** A bound is rounded up: it must not be shown smaller than it is. */
function rounded(value: number, decimals: number, isBound = false): number {
  const factor = 10 ** decimals;
  return isBound ? Math.ceil(value * factor - 1e-6) / factor : value;
}

/** The code of a currency; `null` where the unit is none. */
function currencyOf(unit: string): string | null {
  if (Object.hasOwn(CURRENCIES, unit)) return CURRENCIES[unit] ?? null;
  return /^[A-Z]{3}$/u.test(unit) && Intl.supportedValuesOf("currency").includes(unit) ? unit : null;
}

function moneyFormat(format: Format, currency: string): Format {
  const { lang } = format;
  const money = (value: number | null, options: Intl.NumberFormatOptions) =>
    (value === null ? UNKNOWN : intl(lang, { style: "currency", currency, ...options }).format(value));
  const short = (value: number | null, decimals: number, from: number) =>
    (Math.abs(value ?? 0) < from
      ? money(value, { minimumFractionDigits: 0, maximumFractionDigits: 2 })
      : money(value, { notation: "compact", minimumFractionDigits: decimals, maximumFractionDigits: decimals }));
  const full = (value: number | null) => money(value, { minimumFractionDigits: 0, maximumFractionDigits: 2 });
  return {
    ...format, full,
    compact: (value) => short(value, 1, MONEY_COMPACT_FROM),
    finer: (value) => short(value, 2, MONEY_COMPACT_FROM),
    axis: (value) => money(value, { notation: "compact", maximumFractionDigits: 1, minimumFractionDigits: 0 }),
    headline: (value) => short(value, 2, HEADLINE_FROM),
    ...errors(full, (error) => full(rounded(error, 2, true)), format),
  };
}

/** More figures than this are not compared with each other. */
const DISTINCT_MAX = 100;

/**
 * The same format, with one more digit for figures that differ and would read alike, or every
 * digit where one more does not tell them apart: a list in order shows why it is in that order.
 */
export function distinct(format: Format, values: readonly (number | null)[]): Format {
  if (values.length < 2 || values.length > DISTINCT_MAX) return format;
  const texts = new Map<number, string>();
  for (const value of values) if (value !== null) texts.set(value, format.compact(value));
  for (const show of [format.finer, format.full]) {
    const counts = new Map<string, number>();
    for (const text of texts.values()) counts.set(text, (counts.get(text) ?? 0) + 1);
    for (const [value, text] of texts) if ((counts.get(text) ?? 0) > 1) texts.set(value, show(value));
  }
  return { ...format, compact: (value) => (value === null ? undefined : texts.get(value)) ?? format.compact(value) };
}
