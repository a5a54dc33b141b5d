import { describe, expect, it } from "vitest";
import { commandOf } from "../../src/app/keys";
import { choiceOf, readLink, writeLink } from "../../src/data/link";
import { fileName } from "../../src/panels/files";
import { nextTheme, readPrefs } from "../../src/data/prefs";
import { stateDetail } from "../../src/views/detail";
import { contextOf, feed, greeted } from "./helpers";
import { update } from "../scripted/script.mjs";

const PREFS = { lang: "zh", theme: "dark" } as const;

describe("a link", () => {
  it.each([
    "", "panel=age", "kiosk=1", "scope=late",
    "scope.age=on_time&table.age=1&window.age=1d%402015-11-11T00%3A00%3A00%2B08%3A00",
    "measure.a.b=1", "scope=late&scope.age=total", "token=kept&panel=age",
  ])("is the same after it was read and written: %s", (query) => {
    const written = new URLSearchParams(writeLink(`?${query}`, readLink(query), PREFS));
    expect([written.get("lang"), written.get("theme")]).toEqual(["zh", "dark"]);
    written.delete("lang");
    written.delete("theme");
    expect([...written].sort()).toEqual([...new URLSearchParams(query)].sort());
  });

  it.each([
    "scope=never", "kiosk=yes", "measure.age=x", "measure.age=999", "table.age=2", "scope.age=no",
    "window.age=<b>", "panel=", "scope.=late", `scope.${"a".repeat(300)}=late`,
  ])("leaves out what is not known: %s", (query) => {
    expect(readLink(query)).toEqual(readLink(""));
  });

  it("gives each panel its own look over that of all", () => {
    const link = readLink("scope=late&scope.age=total&measure.age=2");
    expect(choiceOf(link, "age")).toEqual({ scope: "total", measure: 2, table: false, trend: false, window: null });
    expect(choiceOf(link, "gender").scope).toBe("late");
  });

  it("is not growing without end", () => {
    const many = Array.from({ length: 1000 }, (_, i) => `table.p${i}=1`).join("&");
    expect(readLink(many).choices.size).toBe(200);
  });
});

describe("a key", () => {
  const press = (key: string, more = {}) =>
    commandOf({ key, ctrlKey: false, altKey: false, metaKey: false, repeat: false, ...more });

  it.each([
    ["p", "pause"], ["P", "pause"], ["k", "kiosk"], ["?", "help"], ["Escape", "escape"],
    ["3", { panel: 2 }], ["0", null], ["Tab", null], ["constructor", null],
  ])("%s", (key, command) => {
    expect(press(key)).toEqual(command);
  });

  it("that belongs to the browser, or is held down, does nothing", () => {
    expect([press("p", { ctrlKey: true }), press("p", { repeat: true })]).toEqual([null, null]);
  });
});

describe("a file of a panel", () => {
  it.each([
    ["淘宝实时数据分析", "behavior", "2015-11-11 00:00:00", "淘宝实时数据分析-behavior-20151111T000000.csv"],
    ["a/b: c", "m.view", "—", "a_b_c-m.view.csv"],
    ["../..", "p", "2015-11-11 08:09:10", "p-20151111T080910.csv"],
  ])("of %s %s at %s is %s", (name, panel, time, file) => {
    expect(fileName(name, panel, time, "csv")).toBe(file);
  });
});

describe("the themes", () => {
  it("follow each other", () => {
    expect([nextTheme("dark"), nextTheme("light"), nextTheme("contrast")])
      .toEqual(["light", "contrast", "dark"]);
  });

  it.each([["", "contrast"], ["?theme=light", "light"], ["?theme=none", "contrast"]])(
    "start with contrast for who asks their system for it: %s", (search, theme) => {
      expect(readPrefs(search, () => null, true).theme).toBe(theme);
    });
});

describe("a paused page", () => {
  it("says since when, and what it holds back", () => {
    const state = greeted();
    const later = feed(state, 10, update(2, 1_000_100), update(3, 1_000_200));
    const ctx = {
      ...contextOf(state), page: "paused",
      pause: { at: 0, updates: later.updates - state.updates, page: "live" },
    } as const;
    expect(stateDetail(ctx)).toMatch(/^画面停在 \d\d:\d\d:\d\d · 已积压 2 次更新$/);
    expect(stateDetail({ ...ctx, pause: { ...ctx.pause, page: "reconnecting" } })).toMatch(/ · 重连中$/);
  });
});
