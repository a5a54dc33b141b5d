import { describe, expect, it } from "vitest";
import { choiceOf, readLink, writeLink } from "../../../src/data/link";

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
