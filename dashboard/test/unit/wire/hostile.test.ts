// Whatever a host sends, in whatever place: it is decoded or refused, and what is
// decoded can be shown. A page that throws at one figure shows nothing any more.
import { describe, expect, it } from "vitest";
import { contextOf as context, type Context } from "../../../src/data/context";
import { createFormat, type Format } from "../../../src/data/format";
import { INITIAL, reduce, type State } from "../../../src/data/state";
import { NO_REPORTS, type Report } from "../../../src/net/reports";
import { checkpointModel, factsOf, pluginsModel } from "../../../src/ops/facts";
import { annotationsOf, happenedModel } from "../../../src/ops/happened";
import { histogramOf, latenessWords } from "../../../src/ops/lateness";
import { heldWords, partitionsModel } from "../../../src/ops/partitions";
import { deadModel, eventsModel, lateModel, reasonsOf } from "../../../src/ops/samples";
import { stagesModel } from "../../../src/ops/stages";
import { arrange } from "../../../src/panels/layout";
import { pagesOf } from "../../../src/panels/pages";
import { panelModel, type PanelModel } from "../../../src/panels/panel-model";
import { pictureOf } from "../../../src/panels/picture";
import { tilemapModel } from "../../../src/panels/tilemap-model";
import { timePlot } from "../../../src/plots/time-plot";
import { accountOf } from "../../../src/views/account";
import { balance } from "../../../src/views/balance";
import { stateDetail } from "../../../src/views/detail";
import { headlineModels } from "../../../src/views/headline-model";
import { tile, TILES } from "../../../src/views/tile-model";
import { decodeValue } from "../../../src/wire/decode";
import { decodeExplanation } from "../../../src/wire/decode-explanation";
import { decodeLateness, decodeSamples } from "../../../src/wire/decode-reports";
import type { Samples } from "../../../src/wire/shapes";
import { decodeFinals, decodeTrend } from "../../../src/wire/windows";
import { deadLetters, explain, history, lateness } from "../../scripted/api.mjs";
import { figures, HEADLINES } from "../../scripted/headlines.mjs";
import { SCENES } from "../../scripted/scenes.mjs";
import { dimension, EVENTS, frame, greeting, panel, update } from "../../scripted/script.mjs";
import { ANSWERS, CHOICE, feed, greeted, inputOf, pairIn } from "../fixtures";
import { threshold } from "../../scripted/limits.mjs";
import { sentence } from "../../scripted/looks.mjs";
import { STORES_LAYOUT } from "../../scripted/stores.mjs";
import { accentColors } from "../../../src/data/look";
import { Ticker } from "../../../src/data/ticker";
import { pageTitle } from "../../../src/data/titles";

/** Of a list of equals two are as good as all. */
const ITEMS_MAX = 2;
const HOSTILE: readonly unknown[] = [null, true, -0.5, 1e300, "", "__proto__", [null], { constructor: 7 }];

type Path = readonly string[];

function places(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, inner]) => places(inner, [...path, name]))];
}

/** The value with short lists. */
function short(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.slice(0, ITEMS_MAX).map(short);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, short(inner)]));
}

/** A copy of the value with another one in a place. */
function put(value: unknown, [name, ...rest]: Path, other: unknown): unknown {
  if (name === undefined) return other;
  const copy: object = Array.isArray(value) ? [...value] : { ...value as object };
  const inner = (copy as Record<string, unknown>)[name];
  return Object.assign(copy, { [name]: put(inner, rest, other) });
}

/** A text that no reader should see, or a number that cannot be drawn. */
function oddText(said: unknown): string | null {
  if (typeof said === "string") return /NaN|undefined|Infinity|\[object/u.test(said) ? said : null;
  if (typeof said === "number") return Number.isFinite(said) ? null : String(said);
  if (typeof said !== "object" || said === null) return null;
  for (const [name, inner] of Object.entries(said)) {
    // The keys beside a second key hold each other.
    const odd = name === "among" ? null : oddText(inner);
    if (odd !== null) return `${name}: ${odd}`;
  }
  return null;
}

/** What goes wrong with any hostile value in any place of a sound value. */
function faults(whole: unknown, act: (value: unknown) => unknown): string[] {
  const found: string[] = [];
  const sound = short(whole);
  for (const path of places(sound)) {
    for (const other of HOSTILE) {
      const name = `${path.join(".")} = ${JSON.stringify(other).slice(0, 40)}`;
      try {
        const odd = oddText(act(put(sound, path, other)));
        if (odd !== null) found.push(`${name}: says ${odd}`);
      } catch (error) {
        found.push(`${name}: ${String(error)}`);
      }
    }
  }
  return found;
}

/** One for each zone: formats are costly to make. */
const formats = new Map<string, Format>();

function ctxOf(state: State): Context {
  const tz = state.hello?.tz ?? "UTC";
  const format = formats.get(tz) ?? createFormat("en", tz);
  formats.set(tz, format);
  return context({
    latest: state, now: 3000, paused: null, prefs: { lang: "en", theme: "dark" }, kiosk: false, format,
  });
}

/** All that the page says of a state, panels and operations included. */
function drawn(state: State): unknown {
  const ctx = ctxOf(state);
  return [
    accentColors(state.hello?.look.accent ?? null, "dark"), pageTitle(ctx), new Ticker().next(state.ticker ?? [], 0),
    TILES.map((id) => tile(id, ctx)), headlineModels(ctx), stateDetail(ctx), annotationsOf(ctx), happenedModel(ctx),
    state.status === null ? null : operations(state.status, ctx), panels(ctx),
    timePlot([{ name: "in", points: [...state.series.values()].flat() }], [], state.clock?.now ?? 0,
      { width: 400, height: 100, fontPx: 16 }, ctx.format),
  ];
}

function operations(status: NonNullable<State["status"]>, ctx: Context): unknown {
  return [
    factsOf(status, ctx), checkpointModel(status, ctx), pluginsModel(status, ctx), partitionsModel(status, ctx),
    heldWords(status, ctx), stagesModel(status, ctx), balance(status), reasonsOf(status.deadLetters?.byReason ?? [], ctx),
  ];
}

function panels(ctx: Context): unknown {
  const all = ctx.state.panels ?? [];
  const models = all.flatMap((panel) => [false, true].map((table) => {
    const frame = ctx.state.frames.get(panel.id);
    const model = panelModel({ panel, frame, choice: { ...CHOICE, table }, answers: ANSWERS, isEnlarged: false }, ctx);
    return [model, pictureOf(model, "total", ctx)?.subtitle, tilesOf(model, ctx)];
  }));
  return [arrange(all).rows.length, pagesOf(all, { width: 60, height: 30 }).length, models];
}

function tilesOf({ body, title, measure }: PanelModel, ctx: Context): unknown {
  if (body.form !== "tiles") return null;
  const { tiles, ranking, outside, scale } = tilemapModel(
    { title, rows: body.rows, additive: measure.additive, share: false, before: body.before, layout: body.layout }, ctx);
  return [tiles, ranking, outside, scale];
}

const apply = (state: State, value: unknown): State => {
  const message = decodeValue(value);
  return message === null ? state : reduce(state, { type: "message", message, at: 0 });
};

/** A greeting with each kind of thing once. */
function small() {
  const hours = dimension("hour", ["时", "Hour"], [["0", "零", "0"], ["1", "一", "1"]]);
  const error = { ...EVENTS, name: "error", error_of: "events" };
  const panels = [
    panel("ring", ["环", "Ring"], "pie", hours, { thresholds: [threshold("bad", "above", 8, { key: "1" })] }),
    panel("stores", ["店", "Stores"], "tiles", dimension("store", ["店", "Store"], []), { layout: "stores" }),
    panel("map", ["图", "Map"], "heatmap", hours, { across: hours, measures: [EVENTS, error] }),
    panel("tiles", ["省", "Tiles"], "tiles", dimension("province", ["省", "Province"], [["44", "粤", "GD"]])),
  ];
  const rest = { keys: 3, total: { events: [5] }, on_time: { events: [5] }, late: { events: [0] } };
  const [hello, schema, snapshot] = greeting({
    events: 1000, now: 1_000_000, panels, headlines: HEADLINES.slice(0, 1), figures: figures(1000).slice(0, 1), series: { lag: [[999_000, 4], [1_000_000, 5]] },
  });
  const frames = {
    ring: frame(["0", "1"], [7, 60], { other: rest }), map: { ...frame(["0", "1"], [7, 60]), across: ["1", "0"] },
    tiles: frame(["44", "Atlantis"], [7, 60]), stores: frame(["s1", "s9"], [7, 60]),
  };
  const more = { layouts: [{ name: "stores", units: STORES_LAYOUT.units.slice(0, 1) }], ticker: { fields: ["store"] } };
  return [{ ...hello, look: { logo: "logo", accent: "#0072b2" } }, { ...schema, ...more }, { ...snapshot, frames, ticker: [sentence(1)] }];
}

describe("whatever stands in any place of", { timeout: 60_000 }, () => {
  it.each([
    ["a hello", 0, drawn], ["a schema", 1, (state: State) => panels(ctxOf(state))], ["a snapshot", 2, drawn],
  ] as const)("%s is shown or left out", (_name, place, draw) => {
    const sound = small().map(short);
    expect(faults(sound[place], (value) =>
      draw(sound.reduce<State>((state, message, i) => apply(state, i === place ? value : message), INITIAL)))).toEqual([]);
  });

  it("an update is shown or left out", () => {
    const before = feed(INITIAL, 0, ...small());
    const { clock, status, points } = update(1001, 1_000_500);
    const { mode, accounting } = status;
    const sound = {
      t: "update", seq: 2, clock, status: { mode, accounting }, points: { lag: points.lag }, frames: { ring: frame(["0"], [8]) },
    };
    expect(faults(sound, (value) => drawn(apply(before, value)))).toEqual([]);
  });

  it("a report is shown or left out", () => {
    const ctx = ctxOf(greeted({ events: 1000 }));
    expect(faults(lateness(), (value) => {
      const report = decodeLateness(value);
      if (report === null) return null;
      const histogram = histogramOf(report);
      return [histogram, latenessWords(report, histogram, ctx), lateModel(report.samples, ctx)];
    })).toEqual([]);
    expect(faults(deadLetters(), (value) => {
      const report: Report<Samples> = { ...NO_REPORTS.events, value: decodeSamples(value) };
      return [deadModel(report, ctx), eventsModel(report, ctx)];
    })).toEqual([]);
  });

  it("an explanation or a list of windows is shown or left out", () => {
    const state = greeted(SCENES["windowed"]);
    const ctx = ctxOf(state);
    const pair = pairIn(state, "behavior");
    expect(faults(explain(new URLSearchParams("partition=0&offset=41")), (value) => {
      const explanation = decodeExplanation(value);
      return explanation === null ? null : accountOf(explanation, ctx);
    })).toEqual([]);
    expect(faults(history(new URLSearchParams("metric=behavior&window=1d&last=3&open=true")), (value) => {
      const trend = { state: "ok" as const, windows: decodeTrend(value, "1d") };
      const answers = { ...ANSWERS, finals: decodeFinals(value), trend };
      return panelModel(inputOf(pair, { trend: true }, { answers }), ctx);
    })).toEqual([]);
  });
});
