// One panel: its head, its controls and whatever its descriptor asks to see.
//
// Invariant: nothing that goes wrong in one panel reaches another. What throws
// while a panel is drawn is shown inside that panel.
import { Canvas } from "../charts/canvas";
import { rowsFor } from "../charts/ranking";
import type { Look } from "../charts/look";
import {
  drawable, isCanvas, panelKind, shapeOf, shareOf, type ChartKind,
} from "../charts/option";
import { accentOf, THEMES } from "../charts/palette";
import type { Context } from "../data/context";
import { h, raw, setAttr, setShown, setText } from "../dom/element";
import { clip } from "../data/format";
import { say } from "../i18n/words";
import type { View } from "../data/link";
import { CUMULATIVE, kindOfName, type Finals } from "../data/spans";
import type { Windows } from "../net/windows";
import type { Frame, Panel, Scope } from "../wire/shapes";
import { BigNumber } from "./big-number";
import { Controls } from "./controls";
import { fileName, paint, save } from "./export";
import { HeatLegend } from "./heat-legend";
import { Legend } from "./legend";
import type { Chosen } from "./key-card";
import { trendKind, trendOf, trendTable } from "../data/trend";
import { TrendView, trendWords } from "./trend-view";
import { fitted, isBlank, measureOf, rowsOf, sum, totalOf, type Row } from "../data/rows";
import { Table, tableModel } from "./table";
import { spanText, WindowRow } from "./window-row";

const TITLE_CHARACTERS_MAX = 80;
const REASON_CHARACTERS_MAX = 300;
/** How many rows the spoken summary of a chart names. */
const SUMMARY_ROWS_MAX = 5;

const NO_FINALS: Finals = new Map();

type Body = "chart" | "number" | "table" | "trend" | "message";

/** What a panel asks of the page around it. */
export interface PanelHooks {
  readonly viewOf: (id: string) => View;
  readonly look: (id: string, change: Partial<View>) => void;
  readonly windows: Windows;
  /** Lets that panel fill the window, or with `null` none. */
  readonly enlarge: (id: string | null) => void;
  /** Tells more of one row. */
  readonly drill: (panel: Panel, chosen: Chosen) => void;
}

export class PanelView {
  readonly element: HTMLElement;
  readonly #panel: Panel;
  readonly #accent: number;
  readonly #controls: Controls;
  readonly #title = h("h2");
  readonly #unit = h("span", { class: "panel-unit" });
  readonly #host = h("div", { class: "chart-host", role: "img" });
  readonly #hole = h("div", { class: "ring-hole", "aria-hidden": "true" }, h("b"), h("span"));
  readonly #heat = new HeatLegend();
  readonly #chart: HTMLElement;
  readonly #message = h("div", { class: "panel-message" }, h("strong"), h("p"));
  readonly #legend = new Legend();
  readonly #number = new BigNumber();
  readonly #table = new Table();
  readonly #trend = new TrendView();
  readonly #canvas = new Canvas(this.#host);
  readonly #hooks: PanelHooks;
  readonly #windows: WindowRow;
  /** What its window is called, for its picture; empty without one. */
  #windowText = "";
  #enlarged = false;
  /** What was drawn last, for its picture. */
  #last: { readonly kind: string; readonly rows: readonly Row[]; readonly ctx: Context } | null = null;
  #ctx: Context | null = null;

  /** `accent` is the panel's place among the colours for bars and lines. */
  constructor(panel: Panel, accent: number, hooks: PanelHooks) {
    this.#panel = panel;
    this.#accent = accent;
    this.#hooks = hooks;
    this.#controls = new Controls(panel, {
      set: (change) => hooks.look(panel.id, change),
      enlarge: () => hooks.enlarge(this.#enlarged ? null : panel.id),
      picture: () => this.#savePicture(),
      data: (format) => this.#dataLink(format),
    });
    this.#windows = new WindowRow(
      (window) => hooks.look(panel.id, { window }),
      () => hooks.look(panel.id, { trend: !this.#view.trend }));
    this.#canvas.onChoose = (row) => this.#drill(row);
    this.#table.onChoose = (index) => {
      const row = this.#last?.rows[index];
      if (row !== undefined) this.#drill(row);
    };
    this.#legend.element.addEventListener("click", (event) => {
      const item = event.target instanceof Element ? event.target.closest("li") : null;
      const row = item === null ? undefined : this.#last?.rows[Array.from(this.#legend.element.children).indexOf(item)];
      if (row !== undefined) this.#drill(row);
    });
    const stage = h("div", { class: "chart-stage" }, this.#host, this.#hole, this.#heat.element);
    this.#chart = h("div", { class: "chart" }, stage, this.#legend.element);
    const id = `panel-${panel.id}`;
    this.#title.id = id;
    this.element = h("section",
      {
        class: "panel", "data-panel": panel.id, "data-testid": id, "aria-labelledby": id,
        "data-size": panel.size ?? "",
      },
      h("header", { class: "panel-head" },
        h("div", { class: "panel-title" }, this.#title, this.#unit), this.#controls.element,
        this.#windows.element),
      h("div", { class: "panel-body" },
        this.#chart, this.#number.element, this.#table.element, this.#trend.element, this.#message));
  }

  /** The element whose size the chart follows. */
  get host(): HTMLElement {
    return this.#host;
  }

  get #view(): View {
    return this.#hooks.viewOf(this.#panel.id);
  }

  /** Fills the window, or goes back to its place. */
  setEnlarged(enlarged: boolean): void {
    this.#enlarged = enlarged;
    setAttr(this.element, "data-enlarged", enlarged ? "" : null);
  }

  focus(): void {
    this.#controls.focus(this.#enlarged);
  }

  update(frame: Frame | undefined, ctx: Context): void {
    this.#ctx = ctx;
    try {
      this.#updateHead(ctx);
      this.#updateWindow(frame, ctx);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#say("unreadable", ctx.words.panels.unreadable, reason);
    }
  }

  dispose(): void {
    this.#canvas.dispose();
  }

  #updateHead(ctx: Context): void {
    const title = clip(say(this.#panel.title, ctx.lang), TITLE_CHARACTERS_MAX);
    const measure = measureOf(this.#panel, this.#view.measure);
    setText(this.#title, title);
    setAttr(this.#title, "title", title);
    setText(this.#unit, measure.unit ?? say(measure.title, ctx.lang));
    const kind = panelKind(this.#panel);
    const shown = kind === "table" ? "table-only" : kind === "number" ? "number" : "chart";
    const isTrend = this.#view.trend && trendKind(this.#panel, null) !== null;
    this.#controls.update(this.#panel, this.#view, isTrend ? "trend" : shown, this.#enlarged, ctx);
  }

  /** Shows the stream's frame, or that of the window which the reader chose. */
  #updateWindow(frame: Frame | undefined, ctx: Context): void {
    const { windows } = this.#hooks;
    const { window } = this.#view;
    const kinds = this.#panel.windows;
    const finals = kinds.length > 0 && kinds.every((kind) => kind === CUMULATIVE)
      ? NO_FINALS
      : windows.finals(this.#panel.metric, ctx.state.clock?.eventTime ?? null);
    const rev = ctx.pause === null ? frame?.rev ?? null : null;
    const got = window === null ? null : windows.frame(this.#panel.id, window, rev);
    // A link may name a window that this metric never had.
    const isUnknown = window !== null && got?.state === "missing" && got.frame === null
      && !kinds.includes(kindOfName(window))
      && (kinds.length > 0 || windows.isListed(this.#panel.metric)) && !finals.has(kindOfName(window));
    const shown = isUnknown ? null : window;
    const own = kinds[0] ?? (finals.size > 0 ? windows.ownKind(this.#panel.id) : null) ?? CUMULATIVE;
    const course = trendKind(this.#panel, window === null ? null : kindOfName(window));
    const trend = course === null ? null : this.#view.trend;
    this.#windows.update({ window: shown, kinds, finals, own, span: got?.span ?? null, trend }, ctx);
    setAttr(this.element, "data-window", shown);
    this.#windowText = got?.span == null ? "" : spanText(got.span, ctx.format);
    if (course !== null && trend === true) return this.#updateTrend(course, frame, ctx);
    if (shown === null || got === null) return this.#updateBody(frame, ctx);
    if (got.frame !== null) return this.#updateBody(got.frame, ctx);
    const words = ctx.words.panels;
    setAttr(this.element, "data-sum", raw(null));
    if (got.state === "loading") this.#say("loading", words.windowLoading, "");
    else this.#say("empty", words.windowEmpty, "");
  }

  /** Shows the last windows beside each other. */
  #updateTrend(kind: string, frame: Frame | undefined, ctx: Context): void {
    const words = ctx.words.panels;
    if (frame?.state === "quarantined") return this.#updateBody(frame, ctx);
    setAttr(this.element, "data-sum", raw(frame ? totalOf(this.#panel, frame) : null));
    const rev = ctx.pause === null ? frame?.rev ?? null : null;
    const { state, windows } = this.#hooks.windows.trend(this.#panel.metric, kind, rev);
    if (windows.length === 0) {
      return state === "loading" ? this.#say("loading", words.windowLoading, "") : this.#say("empty", words.windowEmpty, "");
    }
    const { scope, measure, table } = this.#view;
    const trend = trendOf(this.#panel, windows, scope, measure, ctx);
    this.#last = null;
    setAttr(this.element, "data-panel-state", "ok");
    setAttr(this.element, "data-kind", "trend");
    setText(this.#unit, trend.measure.unit ?? say(trend.measure.title, ctx.lang));
    this.#show(table ? "table" : "trend");
    if (table) this.#table.update(trendTable(trend, ctx), this.#spoken(ctx), ctx, false);
    else this.#trend.update(trend, trendWords(this.#spoken(ctx), trend, ctx), ctx);
  }

  #drill(row: Row): void {
    if (this.#ctx?.kiosk === true) return;
    this.#hooks.drill(this.#panel, { key: row.key, second: row.second?.key ?? null });
  }

  #updateBody(frame: Frame | undefined, ctx: Context): void {
    const words = ctx.words.panels;
    setAttr(this.element, "data-sum", raw(frame ? totalOf(this.#panel, frame) : null));
    if (frame === undefined) return this.#say("loading", words.loading, "");
    if (frame.state === "quarantined") {
      const reason = clip(frame.reason ?? "", REASON_CHARACTERS_MAX);
      return this.#say("quarantined", words.quarantined, reason, words.quarantinedNote);
    }
    if (frame.state === "unreadable") {
      return this.#say("unreadable", words.unreadable, frame.reason ?? "");
    }
    const view = this.#view;
    const measure = measureOf(this.#panel, view.measure);
    const rows = rowsOf(this.#panel, frame, view.scope, measure, ctx.lang, ctx.words);
    if (frame.state === "empty" || isBlank(rows)) {
      return view.scope === "late" && totalOf(this.#panel, frame) !== 0
        ? this.#say("empty", words.emptyLate, "")
        : this.#say("empty", words.empty, words.emptyNote);
    }
    this.#draw(frame, rows, ctx);
  }

  #draw(frame: Frame, rows: readonly Row[], ctx: Context): void {
    const { scope, table } = this.#view;
    const kind = drawable(panelKind(this.#panel), rows);
    this.#last = { kind, rows, ctx };
    setAttr(this.element, "data-panel-state", "ok");
    setAttr(this.element, "data-kind", table ? "table" : kind);
    if (table || kind === "table") {
      this.#show("table");
      this.#table.update(tableModel(this.#panel, frame, scope, ctx), this.#spoken(ctx), ctx);
    } else if (isCanvas(kind)) {
      this.#show("chart");
      this.#drawChart(kind, scope, rows, frame.other?.keys ?? 0, ctx);
    } else {
      this.#show("number");
      this.#number.update(this.#panel, rows, this.#unit.textContent ?? "", ctx);
    }
  }

  /** `more` keys are in the rest of `all`. */
  #drawChart(
    kind: ChartKind, scope: Scope, all: readonly Row[], more: number, ctx: Context,
  ): void {
    const look = this.#look(ctx);
    const rows = kind === "hbar"
      ? fitted(all, rowsFor(look), more, look.additive, ctx.words) : all;
    const ring = kind === "pie";
    setShown(this.#legend.element, ring);
    setShown(this.#hole, ring);
    if (ring) {
      const em = parseFloat(getComputedStyle(this.#chart).fontSize);
      const { clientWidth, clientHeight } = this.#chart;
      this.#legend.update(rows, clientWidth / em, clientHeight / em, ctx);
      const [value, name] = Array.from(this.#hole.children);
      if (value) setText(value, ctx.format.compact(sum(rows)));
      if (name) setText(name, ctx.words.panels[scope]);
    }
    const signature = [
      kind, ctx.lang, ctx.theme, scope, look.measure, look.fontPx, look.width, look.height,
      shapeOf(kind, rows),
    ].join("|");
    setShown(this.#heat.element, kind === "heatmap");
    if (kind === "heatmap") this.#heat.update(rows, ctx);
    this.#canvas.draw(kind, look, rows, signature);
    setAttr(this.#host, "aria-label", this.#summary(scope, rows, ctx));
  }

  #look(ctx: Context): Look {
    const style = getComputedStyle(this.element);
    const measure = measureOf(this.#panel, this.#view.measure);
    return {
      colors: THEMES[ctx.theme],
      format: ctx.format,
      fontPx: parseFloat(style.fontSize),
      fontFamily: style.fontFamily,
      width: this.#host.clientWidth,
      height: this.#host.clientHeight,
      measure: say(measure.title, ctx.lang),
      titles: [this.#panel.dimension, this.#panel.across]
        .flatMap((dimension) => (dimension === null ? [] : [say(dimension.title, ctx.lang)])),
      share: ctx.words.panels.share,
      accent: accentOf(ctx.theme, this.#accent),
      additive: measure.additive,
    };
  }

  #summary(scope: Scope, rows: readonly Row[], ctx: Context): string {
    const largest = [...rows].sort((a, b) => (b.value ?? 0) - (a.value ?? 0))
      .slice(0, SUMMARY_ROWS_MAX)
      .map((row) => `${spokenLabel(row)} ${ctx.format.percent(shareOf(rows, row.value))}`)
      .join(", ");
    return ctx.words.panels.summary(this.#spoken(ctx), ctx.words.panels[scope], largest);
  }

  #spoken(ctx: Context): string {
    return clip(say(this.#panel.title, ctx.lang), TITLE_CHARACTERS_MAX);
  }

  #dataLink(format: "csv" | "json"): { href: string; name: string } {
    const href = new URL(`api/v1/panels/${encodeURIComponent(this.#panel.id)}/data`, location.href);
    href.search = "";
    href.searchParams.set("format", format);
    const { window } = this.#view;
    if (window !== null) href.searchParams.set("window", window);
    return { href: href.href, name: this.#fileName(format) };
  }

  #fileName(extension: string): string {
    const ctx = this.#ctx;
    const time = ctx?.format.dateTime(ctx.state.clock?.eventTime ?? null) ?? "";
    return fileName(ctx?.state.hello?.name ?? "streamgauge", this.#panel.id, time, extension);
  }

  #savePicture(): void {
    if (this.#last === null) return;
    const { kind, rows, ctx } = this.#last;
    const measure = measureOf(this.#panel, this.#view.measure);
    const time = `${ctx.format.dateTime(ctx.state.clock?.eventTime ?? null)} (${ctx.format.zone})`;
    const isChart = kind !== "number";
    const canvas = paint({
      title: this.#spoken(ctx),
      subtitle: [
        measure.unit ?? say(measure.title, ctx.lang), ctx.words.panels[this.#view.scope],
        ...(this.#windowText === "" ? [] : [this.#windowText]),
        `${ctx.words.header.eventTime} ${time}`,
      ].join(" · "),
      kind, rows,
      chart: isChart ? this.#canvas.picture() : null,
      width: isChart ? this.#host.clientWidth : 0,
      height: isChart ? this.#host.clientHeight : 0,
    }, getComputedStyle(this.element).fontFamily, ctx);
    save(canvas, this.#fileName("png"));
  }

  #say(state: string, title: string, detail: string, note = ""): void {
    setAttr(this.element, "data-panel-state", state);
    this.#show("message");
    const [head, text] = Array.from(this.#message.children);
    if (head) setText(head, title);
    if (text) setText(text, [detail, note].filter((part) => part !== "").join(" · "));
  }

  #show(body: Body): void {
    setShown(this.#chart, body === "chart");
    setShown(this.#number.element, body === "number");
    setShown(this.#table.element, body === "table");
    setShown(this.#trend.element, body === "trend");
    setShown(this.#message, body === "message");
  }
}

function spokenLabel(row: Row): string {
  return row.second === null ? row.label : `${row.label} · ${row.second.label}`;
}
