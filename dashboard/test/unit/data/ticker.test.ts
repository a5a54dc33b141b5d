import { describe, expect, it } from "vitest";
import { fitting, Ticker, TICKER_MS, TICKER_SHOWN_MAX } from "../../../src/data/ticker";
import type { TickerLine } from "../../../src/wire/shapes";
import { greeting } from "../../scripted/script.mjs";
import { feed, greeted } from "../fixtures";

const line = (n: number): TickerLine => ({ at: n, text: { zh: `第 ${n} 条`, en: `No. ${n}` } });
const lines = (...numbers: number[]) => numbers.map(line);

describe("the sentences that are shown", () => {
  const shown = (found: readonly TickerLine[]) => found.map(({ at }) => at);

  it("are those of the snapshot at once, the newest first", () => {
    expect(shown(new Ticker().next(lines(1, 2, 3), 0))).toEqual([3, 2, 1]);
    expect(shown(new Ticker().next(lines(1, 2, 3, 4, 5, 6, 7, 8), 0))).toHaveLength(TICKER_SHOWN_MAX);
    expect(new Ticker().next([], 0)).toEqual([]);
  });

  it("change slowly, however many come", () => {
    const ticker = new Ticker();
    let known = lines(1);
    ticker.next(known, 0);
    const changes = new Set<string>();
    for (let at = 0; at < 10 * TICKER_MS; at += 250) {
      known = [...known, line(100 + at), line(101 + at)].slice(-8);
      changes.add(shown(ticker.next(known, at)).join(" "));
    }
    expect(changes.size).toBe(10);
  });

  it("come one by one, and the same ones again after a reconnection", () => {
    const ticker = new Ticker();
    const [one, two, three] = [line(1), line(2), line(3)];
    ticker.next([one], 0);
    expect(shown(ticker.next([one, two, three], 1000))).toEqual([1]);
    expect(shown(ticker.next([one, two, three], TICKER_MS))).toEqual([2, 1]);
    expect(shown(ticker.next([one, two, three], 2 * TICKER_MS))).toEqual([3, 2, 1]);
    expect(shown(ticker.next(lines(2, 3), 2 * TICKER_MS + 1))).toEqual([3, 2]);
  });

  it("stand still while nothing new comes", () => {
    const ticker = new Ticker();
    const known = lines(1, 2);
    expect(ticker.next(known, 0)).toBe(ticker.next(known, 60_000));
  });
});

describe("a line", () => {
  it("takes as many sentences as are seen whole, and one in any case", () => {
    const three = ["广东有人购买", "四川有人点击", "上海有人收藏"];
    expect([100, 23, 22, 12, 3, 0].map((room) => fitting(three, room))).toEqual([3, 2, 2, 1, 1, 1]);
    expect(fitting([], 10)).toBe(0);
  });
});

describe("the sentences of the host", () => {
  const sent = (n: number) => ({ at: n, text: { zh: `第 ${n} 条`, en: `No. ${n}` } });
  const begin = (ticker: unknown, first: unknown) => {
    const [hello, schema, snapshot] = greeting({ now: 1_000_000 });
    return feed(greeted(), 0, hello, { ...schema, ticker }, { ...snapshot, ticker: first });
  };
  const { t: _t, ...rest } = greeting({ now: 1_000_000 })[2] as Record<string, unknown>;
  const update = (ticker?: unknown) => ({ ...rest, t: "update", points: {}, ...(ticker === undefined ? {} : { ticker }) });

  it("are kept up to eight, and stay where an update has none", () => {
    const first = begin({ fields: ["province"] }, [sent(1), sent(2)]);
    expect(first.ticker?.map(({ at }) => at)).toEqual([1, 2]);
    const after = feed(first, 1, update([sent(3)]), update());
    expect(after.ticker?.map(({ at }) => at)).toEqual([1, 2, 3]);
    const many = feed(after, 2, update([4, 5, 6, 7].map(sent)), update([8, 9].map(sent)));
    expect(many.ticker?.map(({ at }) => at)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("are none where the pipeline has none, and from an older host", () => {
    expect(begin(null, [sent(1)]).ticker).toBeNull();
    expect(feed(begin(null, []), 1, update([sent(3)])).ticker).toBeNull();
    expect(greeted().ticker).toBeNull();
  });
});
