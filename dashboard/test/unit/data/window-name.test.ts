import { describe, expect, it } from "vitest";
import { lastWindowsName, lengthOf, pastName, presentName, spanName, windowName } from "../../../src/data/window-name";
import type { Lang } from "../../../src/i18n/words";
import { decodeSpan } from "../../../src/wire/windows";
import { contextOf, greeted } from "../fixtures";

const SHANGHAI_NOON = Date.parse("2026-03-11T12:34:56+08:00");
/** `event` is the newest event on a host whose clock says noon in Shanghai. */
function at(event: string, lang: Lang) {
  const state = greeted({ now: SHANGHAI_NOON });
  const clock = { now: SHANGHAI_NOON, eventTime: Date.parse(event), watermark: null };
  return contextOf({ ...state, clock }, lang);
}
const live = (lang: Lang) => at("2026-03-11T12:34:50+08:00", lang);
const replay = (lang: Lang) => at("2015-11-11T12:34:50+08:00", lang);

describe("the length of a kind", () => {
  it.each([
    ["1d", 86_400_000], ["10m/1m", 600_000], ["30s", 30_000], ["7d", 604_800_000],
    ["cumulative", null], ["", null], ["d", null], ["0d", null], ["1y", null], ["constructor", null],
  ])("%s is %s", (kind, length) => expect(lengthOf(kind)).toBe(length));
});

describe("the present window", () => {
  it.each([
    ["cumulative", "累计", "All time", "累计"],
    ["1d", "今天", "Today", "最新一天"],
    ["1h", "本小时", "This hour", "最新一小时"],
    ["7d", "本周", "This week", "最新一周"],
    ["10m", "当前 10 分钟", "Present 10 minutes", "最新 10 分钟"],
    ["30d", "当前 30 天", "Present 30 days", "最新 30 天"],
    ["10m/1m", "近 10 分钟", "Last 10 minutes", "最新 10 分钟"],
    ["1m", "当前 1 分钟", "Present 1 minute", "最新 1 分钟"], ["odd", "odd", "odd", "odd"],
  ])("of %s is %s, %s, and of old events %s", (kind, zh, en, old) => {
    expect([presentName(kind, live("zh")), presentName(kind, live("en")), presentName(kind, replay("zh"))])
      .toEqual([zh, en, old]);
  });

  it("is not today where the newest event is of yesterday", () => {
    const late = at("2026-03-10T23:59:59+08:00", "zh");
    expect([presentName("1d", late), presentName("7d", late)]).toEqual(["最新一天", "本周"]);
    // Sunday is of the week before.
    expect(presentName("7d", at("2026-03-08T23:00:00+08:00", "en"))).toBe("Latest week");
  });
});

describe("the last windows", () => {
  it.each([
    ["1d", 7, "近 7 天", "Last 7 days"], ["1d", 30, "近 30 天", "Last 30 days"],
    ["1h", 24, "近 24 小时", "Last 24 hours"], ["1h", 48, "近 48 小时", "Last 48 hours"], ["10m", 7, "近 70 分钟", "Last 70 minutes"],
    ["10m", 6, "近 60 分钟", "Last 60 minutes"], ["7d", 3, "近 21 天", "Last 21 days"], ["7d", 52, "近 52 周", "Last 52 weeks"],
    ["30s", 3, "近 90 秒", "Last 90 seconds"], ["10m/1m", 30, "近 39 分钟", "Last 39 minutes"], ["odd", 3, "odd × 3", "odd × 3"],
  ] as const)("%s × %s are %s, %s", (kind, count, zh, en) => {
    expect([lastWindowsName(kind, count, live("zh")), lastWindowsName(kind, count, live("en"))]).toEqual([zh, en]);
  });

  it("of old events are not of now", () => {
    expect([lastWindowsName("1d", 7, replay("zh")), lastWindowsName("1d", 7, replay("en"))]).toEqual(["最新 7 天", "Latest 7 days"]);
  });
});

describe("one window", () => {
  const span = (spec: string, start: string, end: string) => decodeSpan({ spec, start: `${start}:00+08:00`, end: `${end}:00+08:00` });
  it.each([
    ["1d", "2026-03-11T00:00", "2026-03-12T00:00", "今天", "Today"],
    ["1d", "2026-03-10T00:00", "2026-03-11T00:00", "昨天", "Yesterday"],
    ["1d", "2026-03-09T00:00", "2026-03-10T00:00", "2026-03-09", "2026-03-09"],
    ["1d", "2026-03-12T00:00", "2026-03-13T00:00", "2026-03-12", "2026-03-12"],
    ["1h", "2026-03-11T11:00", "2026-03-11T12:00", "上一小时", "Previous hour"],
    ["7d", "2026-03-02T00:00", "2026-03-09T00:00", "上周", "Last week"],
    ["10m", "2026-03-11T12:20", "2026-03-11T12:30", "前一个 10 分钟", "Previous 10 minutes"],
    ["10m/1m", "2026-03-11T12:20", "2026-03-11T12:30", "2026-03-11 12:20 – 12:30", "2026-03-11 12:20 – 12:30"],
  ])("of %s from %s to %s is %s, %s", (kind, start, end, zh, en) => {
    const of = span(kind, start, end);
    expect(of && [spanName(of, live("zh")), spanName(of, live("en"))]).toEqual([zh, en]);
  });

  it("has the name of what is asked for", () => {
    const day = span("1d", "2026-03-10T00:00", "2026-03-11T00:00");
    const ctx = live("en");
    expect([
      windowName("1d", null, ctx), windowName("1d*7", null, ctx), windowName("1d@2026-03-10T00:00:00+08:00", day, ctx),
      windowName("1d@2026-03-10T00:00:00+08:00", null, ctx), pastName("10m", ctx), pastName("odd", ctx),
    ]).toEqual(["Today", "Last 7 days", "Yesterday", "A past day", "Past 10 minutes", "odd"]);
  });
});
