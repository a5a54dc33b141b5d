import { describe, expect, it } from "vitest";
import { choiceOf, readLink, withChoice, writeLink, type Link, type PanelChange } from "../../../src/data/link";

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
    "ops=2", "ops=", "ops=constructor", "ops=__proto__", "scope=constructor", "trend.age=2", "trend.age=true", "time=<b>", "against=2d", "against=constructor", "form.age=pie",
    "measure.age=-1", "measure.age=1.5", "window.age=", "window.age=1d*", "window.age=1d*1000", "window.age=1d@",
    `window.age=${"d".repeat(31)}`, `panel=${"a".repeat(201)}`, "lang=fr", "colour.age=red", "toString.age=1",
  ])("leaves out what is not known: %s", (query) => {
    expect(readLink(query)).toEqual(readLink(""));
  });

  it("gives each panel its own look over that of all", () => {
    const link = readLink("scope=late&scope.age=total&measure.age=2");
    expect(choiceOf(link, "age")).toEqual({ scope: "total", measure: 2, table: false, trend: false, share: false, form: "stack", slice: null, byChange: false, window: null, isOwn: false, against: null });
    expect(choiceOf(link, "gender").scope).toBe("late");
  });

  it.each([
    ["1d", "1d"], ["10m/1m", "10m/1m"], ["1d*7", "1d*7"], ["cumulative", "cumulative"],
    ["1d@2015-11-11T00:00:00%2B08:00", "1d@2015-11-11T00:00:00+08:00"], ["1h@2015-11-11T00:00:00Z", "1h@2015-11-11T00:00:00Z"],
  ])("names the window %s", (written, window) => {
    expect(choiceOf(readLink(`?window.age=${written}`), "age").window).toBe(window);
  });

  it.each([["ops=1", true], ["ops=0", false], ["", null]])("opens operations, closes them or leaves them: %s", (query, ops) => {
    expect(readLink(query).ops).toBe(ops);
    expect(readLink(writeLink("?ops=0", readLink(query), PREFS)).ops).toBe(ops);
  });

  it("opens what is shown, whatever the reader chose", () => {
    const choices = new Map<string, PanelChange>([
      ["age", { scope: "late", measure: 2, table: true }], ["a.view", { trend: true, window: "1d@2015-11-11T00:00:00+08:00" }],
      ["own", { window: null, trend: false, form: "log", slice: "2", byChange: true }],
      ["省份/地区 &=%", { scope: "total" }], ["__proto__", { window: "10m/1m" }],
    ]);
    const link: Link = { enlarged: "省份/地区 &=%", kiosk: true, ops: false, scope: "on_time", time: "1d*7", against: "7d", choices };
    const again = readLink(writeLink("", link, PREFS));
    expect({ ...again, choices: null }).toEqual({ ...link, choices: null });
    for (const id of ["age", "a.view", "own", "省份/地区 &=%", "__proto__", "other"]) {
      expect([id, choiceOf(again, id)]).toEqual([id, choiceOf(link, id)]);
    }
  });

  it("loses what the reader took back, and keeps what is not the page's", () => {
    const before = "?scope.age=late&table.age=1&window.age=1d&trend.gone=1&kiosk=1&panel=age&ops=1&scope=late&from=mail";
    const link: Link = {
      enlarged: null, kiosk: false, ops: null, scope: "total", time: null, against: null,
      choices: new Map([["age", { scope: "total", table: false, window: null }]]),
    };
    expect(writeLink(before, link, { lang: "en", theme: "light" })).toBe("?from=mail&lang=en&theme=light");
  });

  it("says the scope of a panel only where it is not that of all", () => {
    const written = writeLink("?scope=late&scope.age=late&scope.gender=total", readLink("scope=late&scope.age=late&scope.gender=total"), PREFS);
    const query = new URLSearchParams(written);
    expect([query.get("scope"), query.get("scope.age"), query.get("scope.gender")]).toEqual(["late", null, "total"]);
  });

  it("takes the last word on a panel, and the first on the page", () => {
    const link = readLink("scope=late&scope=total&scope.age=late&scope.age=on_time");
    expect([link.scope, choiceOf(link, "age").scope]).toEqual(["late", "on_time"]);
  });

  it("is not growing without end", () => {
    const many = Array.from({ length: 1000 }, (_, i) => `table.p${i}=1`).join("&");
    expect(readLink(many).choices.size).toBe(200);
  });

  it("names several windows together", () => {
    const window = "1h@2015-11-11T00:00:00+08:00..2015-11-11T14:00:00+08:00";
    expect(readLink(`?time=${encodeURIComponent(window)}`).time).toBe(window);
  });
});

describe("the time of the whole page", () => {
  const link = readLink("?time=1d&window.age=1d*7&window.gender=1d&window.city=own");

  it("is that of every panel without one of its own", () => {
    expect(["age", "gender", "city", "other"].map((id) => [choiceOf(link, id).window, choiceOf(link, id).isOwn]))
      .toEqual([["1d*7", true], ["1d", false], [null, true], ["1d", false]]);
  });

  it("is taken up again by a panel that chooses it", () => {
    const again = withChoice(link, "age", { window: "1d" });
    expect([...again.choices.keys()]).toEqual(["gender", "city"]);
    expect(choiceOf({ ...again, time: "1d*3" }, "age").window).toBe("1d*3");
  });
});

describe("a change of a panel", () => {
  it("is forgotten where it is as it would be anyway", () => {
    const plain = readLink("");
    const changed = withChoice(plain, "age", { table: true, window: null });
    expect(changed.choices.get("age")).toEqual({ table: true });
    expect(withChoice(changed, "age", { table: false }).choices.size).toBe(0);
  });

  it("takes back what a panel shows by itself", () => {
    const off = withChoice(readLink(""), "age", { trend: false }, true);
    expect(new URLSearchParams(writeLink("", off, PREFS)).get("trend.age")).toBe("0");
    expect(choiceOf(off, "age", true).trend).toBe(false);
    expect(withChoice(off, "age", { trend: true }, true).choices.size).toBe(0);
  });
});
