// What is asked of the host about windows, comparisons and courses: the addresses alone.
import { describe, expect, it } from "vitest";
import { isSettled } from "../../../src/data/spans";
import { Compares } from "../../../src/net/compares";
import { Courses, STEPS_MAX } from "../../../src/net/courses";
import { Windows } from "../../../src/net/windows";

const SPAN = "1d@2015-11-01T00:00:00+08:00..2015-11-04T00:00:00+08:00";

/** A host that is only listened to. */
function listened() {
  const asked: string[] = [];
  const env = {
    ask: (path: string) => {
      asked.push(decodeURIComponent(path.replaceAll("+", " ")));
      return new Promise<never>(() => undefined);
    },
    now: () => 0, changed: () => undefined, later: () => undefined,
  };
  return { asked, env };
}

describe("a question about a window", () => {
  it("names a kind, the last ones, one, or a span, and how many rows", () => {
    const { asked, env } = listened();
    const windows = new Windows(env);
    for (const window of ["1d", "1d*7", SPAN]) windows.frame("p", window, 1);
    windows.frame("p", "1d", 1, 1000);
    windows.frame("p", "1d", 1, 1000);
    expect(asked).toEqual([
      "api/v1/panels/p/data?window=1d", "api/v1/panels/p/data?window=1d*7",
      `api/v1/panels/p/data?window=${SPAN}`, "api/v1/panels/p/data?window=1d&top=1000",
    ]);
  });

  it("is asked again while the window can change: a span may reach the present", () => {
    expect(["1d", "1d*7", SPAN, "1d@2015-11-01T00:00:00+08:00"].map(isSettled)).toEqual([false, false, false, true]);
  });

  it("is asked for all cells and for those that are shown apart", () => {
    const { asked, env } = listened();
    const compares = new Compares(env);
    compares.compared("p", "1d", "7d", 1);
    compares.compared("p", "1d", "7d", 1, 1000);
    expect(asked).toEqual(["api/v1/panels/p/compare?window=1d&to=7d", "api/v1/panels/p/compare?window=1d&to=7d&top=1000"]);
  });

  it("of a course is about the newest windows, with one row and the rest", () => {
    const { asked, env } = listened();
    new Courses(env).course("m", "1h", "n", 1);
    expect(asked).toEqual([`api/v1/history?metric=m&window=1h&open=true&top=1&last=${STEPS_MAX}`]);
  });
});
