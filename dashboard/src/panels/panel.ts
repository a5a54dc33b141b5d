// One panel, drawn: shows its model and passes on the reader's actions.
//
// Invariant: no error in one panel reaches another. An error while a panel is drawn
// is shown inside that panel.
import { isCompared } from "../charts/past";
import { comparedCsv } from "../data/compared-csv";
import type { Context } from "../data/context";
import type { PanelKind } from "../data/kinds";
import type { PanelChange, PanelChoice } from "../data/link";
import { fitOf } from "../data/page-time";
import { historyCsv, panelCsv } from "../data/panel-csv";
import type { Row } from "../data/rows";
import { slicedPanel } from "../data/slice";
import { countOfName } from "../data/spans";
import { pageTitle } from "../data/titles";
import { h, raw, setAttr, setShown, setText } from "../dom/element";
import { askHost, type Answer } from "../net/ask";
import type { Compares } from "../net/compares";
import type { Courses } from "../net/courses";
import { wholeHistory } from "../net/history";
import type { Windows } from "../net/windows";
import type { Crosshair } from "../plots/crosshair";
import type { Frame, Panel } from "../wire/shapes";
import type { Span } from "../wire/windows";
import { BigNumber } from "./big-number";
import { summaryOf } from "./chart-model";
import { ChartView } from "./chart-view";
import { Controls, type ControlActions } from "./controls";
import { compareAddress, dataAddress, fileName, save, saveBlob } from "./files";
import type { Chosen } from "./key-card-model";
import { brokenBody, panelModel, type Body, type MessageBody, type PanelModel } from "./panel-model";
import { PanelTime } from "./panel-time";
import { paint, pictureOf, type DrawnChart } from "./picture";
import { Resume } from "./resume";
import { Table } from "./table";
import { Tilemap } from "./tilemap";
import { tilemapPicture } from "./tilemap-picture";
import { TrendView } from "./trend-view";
import { readWindows, trendKindOf } from "./window-model";
import { WindowRow } from "./window-row";

/** The page around a panel, as the panel uses it. */
export interface PanelHooks {
  readonly choiceOf: (panel: Panel) => PanelChoice;
  readonly choose: (panel: Panel, change: PanelChange) => void;
  /** Gives that panel the time of the page. */
  readonly follow: (panel: Panel) => void;
  readonly windows: Windows;
  readonly compares: Compares;
  readonly courses: Courses;
  readonly crosshair: Crosshair;
  /** Lets that panel fill the window; `null` means that none does. */
  readonly enlarge: (id: string | null) => void;
  /** Has the host let that metric go on. */
  readonly resume: (metric: string) => Promise<Answer>;
  /** Draws all panels again. */
  readonly changed: () => void;
  /** Tells more of one row over the window that is shown; `null` is the panel's own. */
  readonly drill: (panel: Panel, chosen: Chosen, window: string | null) => void;
}

export class PanelView {
  readonly element: HTMLElement;
  readonly #panel: Panel;
  readonly #hooks: PanelHooks;
  readonly #title = h("h2");
  readonly #unit = h("span", { class: "panel-unit" });
  readonly #age = h("span", { class: "panel-age" });
  readonly #controls: Controls;
  readonly #windowRow: WindowRow;
  readonly #time: PanelTime;
  readonly #chart: ChartView;
  readonly #number = new BigNumber();
  readonly #tilemap: Tilemap;
  readonly #table = new Table();
  readonly #trend: TrendView;
  readonly #mark = h("p", { class: "panel-mark" }, h("strong"), h("span"));
  readonly #strip = h("p", { class: "panel-strip" });
  readonly #resume: Resume;
  readonly #message = h("div", { class: "panel-message" }, h("strong"), h("p"));
  #isEnlarged = false;
  #ctx: Context | null = null;
  /** The last drawing other than a message, for files and for rows that are chosen. */
  #last: { readonly model: PanelModel; readonly ctx: Context; readonly frame: Frame | null; readonly span: Span | null } | null = null;

  constructor(panel: Panel, hooks: PanelHooks) {
    this.#panel = panel;
    this.#hooks = hooks;
    this.#controls = new Controls(panel, {
      set: (change) => hooks.choose(panel, change),
      toggleTable: () => hooks.choose(panel, { table: !this.#choice.table }),
      enlarge: () => hooks.enlarge(this.#isEnlarged ? null : panel.id),
      picture: () => this.#savePicture(),
      data: (format) => this.#data(format),
      history: () => void this.#saveHistory(),
    });
    this.#windowRow = new WindowRow(
      (window) => hooks.choose(panel, { window }),
      () => hooks.choose(panel, { trend: !this.#choice.trend }));
    this.#trend = new TrendView(hooks.crosshair);
    this.#time = new PanelTime((change) => hooks.choose(panel, change), () => hooks.follow(panel));
    this.#chart = new ChartView(panel, (row) => this.#drill(row));
    this.#tilemap = new Tilemap({
      drill: (row) => this.#drill(row), showShare: (share) => hooks.choose(panel, { share }),
    });
    this.#table.onChoose = (index) => {
      const row = this.#last?.model.drawn?.rows[index];
      if (row !== undefined) this.#drill(row);
    };
    this.#resume = new Resume(() => hooks.resume(panel.metric), hooks.changed);
    const id = `panel-${panel.id}`;
    this.#title.id = id;
    this.element = h("section",
      {
        class: "panel surface", "data-panel": panel.id, "data-testid": id, "aria-labelledby": id,
        "data-size": panel.size ?? "",
      },
      h("header", { class: "panel-head" },
        h("div", { class: "panel-title" }, this.#title, this.#unit, this.#age), this.#controls.element,
        h("div", { class: "panel-lines" }, this.#windowRow.element, this.#time.element), this.#strip),
      this.#mark,
      this.#resume.element,
      h("div", { class: "panel-body" },
        this.#chart.element, this.#tilemap.element, this.#number.element, this.#table.element, this.#trend.element, this.#message));
  }

  /** The elements whose size a drawing follows. */
  get hosts(): readonly HTMLElement[] {
    return [this.#chart.host, this.#tilemap.element];
  }

  /** `true` where a ring has room for counts in its legend; `null` means that no ring is shown. */
  get ringCounts(): boolean | null {
    return this.#chart.ringCounts;
  }

  get #choice(): PanelChoice {
    return this.#hooks.choiceOf(this.#panel);
  }

  /** Fills the window, or returns to its place. */
  setEnlarged(isEnlarged: boolean): void {
    this.#isEnlarged = isEnlarged;
    setAttr(this.element, "data-enlarged", isEnlarged ? "" : null);
  }

  focus(): void {
    this.#controls.focus(this.#isEnlarged);
  }

  update(frame: Frame | undefined, page: Context): void {
    this.#ctx = page;
    try {
      const choice = this.#choice;
      const answers = readWindows(this.#hooks, this.#panel, frame, choice, page);
      const model = panelModel(
        { panel: this.#panel, frame, choice, answers, isEnlarged: this.#isEnlarged }, page);
      const ctx = { ...page, format: model.format };
      this.#updateHead(model);
      this.#resume.update(model.canResume, ctx.words);
      if (model.body.form !== "message") {
        const { frame: asked = null, span = null } = answers.frame ?? {};
        this.#last = { model, ctx, frame: model.window === null ? frame ?? null : asked, span: model.window === null ? null : span };
      }
      this.#updateBody(model, choice, ctx);
    } catch (error) {
      this.#broken(error, page);
    }
  }

  /** `true` where {@link draw} has only other figures to show, which may wait for a frame. */
  get isPatient(): boolean {
    return this.#chart.isPatient;
  }

  /** To be called after all panels are up to date. */
  draw(): void {
    try {
      this.#chart.draw();
    } catch (error) {
      this.#broken(error, this.#ctx);
    }
  }

  #broken(error: unknown, ctx: Context | null): void {
    setAttr(this.element, "data-panel-state", "unreadable");
    if (ctx !== null) this.#showMessage(brokenBody(error, ctx));
  }

  dispose(): void {
    this.#chart.dispose();
    this.#tilemap.dispose();
    this.#trend.dispose();
  }

  #updateHead(model: PanelModel): void {
    setText(this.#title, model.title);
    setAttr(this.#title, "title", model.title);
    setText(this.#unit, model.unit);
    setShown(this.#age, model.age !== null);
    setText(this.#age, model.age?.title ?? "");
    setAttr(this.#age, "title", model.age === null ? null : `${model.age.title} · ${model.age.text}`);
    this.#controls.update(model.controls);
    this.#windowRow.update(model.windowRow);
    this.#time.update(model.time);
    setAttr(this.element, "data-compared", model.comparison === null ? null : model.comparison.to);
    setAttr(this.element, "data-window", model.window);
    setAttr(this.element, "data-sum", raw(model.sum));
    setAttr(this.element, "data-panel-state", model.state);
    setShown(this.#strip, model.strip !== null);
    setText(this.#strip, model.strip?.text ?? "");
    setAttr(this.#strip, "title", model.strip?.text ?? null);
    setAttr(this.#strip, "data-level", model.strip?.level ?? null);
    const [title, text] = Array.from(this.#mark.children);
    setShown(this.#mark, model.mark !== null);
    if (title) setText(title, model.mark?.title ?? "");
    if (text) setText(text, model.mark?.text ?? "");
    setAttr(this.#mark, "title", model.mark?.text ?? null);
  }

  #updateBody(model: PanelModel, choice: PanelChoice, ctx: Context): void {
    const { body } = model;
    if (body.form === "message") return this.#showMessage(body);
    setAttr(this.element, "data-kind", kindOf(model));
    this.#show(body.form);
    switch (body.form) {
      case "chart": return this.#chart.update(body, model, choice.scope, ctx);
      case "tiles": return this.#updateTiles(body, model, choice, ctx);
      case "number": return this.#number.update(this.#panel, body.rows, model, ctx);
      case "table": return this.#table.update(body.table, model.title, ctx, body.canDrill);
      case "trend": return this.#trend.update(body.trend, body.words, ctx, body.drawnAs);
    }
  }

  #updateTiles({ rows, layout, before }: TilesBody, model: PanelModel, choice: PanelChoice, ctx: Context): void {
    const { additive, name } = model.measure;
    this.#tilemap.update(
      { title: model.title, rows, additive, share: choice.share, before, byChange: choice.byChange, layout },
      [name, choice.scope, model.window, ctx.state.hello?.epoch].join("|"),
      summaryOf(model.title, choice.scope, rows, additive, ctx), ctx);
  }

  #showMessage(body: MessageBody): void {
    this.#show("message");
    const [title, text] = Array.from(this.#message.children);
    if (title) setText(title, body.title);
    if (text) setText(text, body.text);
    // Whoever has no pointer scrolls it by keys.
    const scrolls = this.#message.scrollHeight > this.#message.clientHeight;
    setAttr(this.#message, "tabindex", scrolls && this.#ctx?.kiosk !== true ? "0" : null);
  }

  #show(form: Body["form"]): void {
    setShown(this.#chart.element, form === "chart");
    setShown(this.#tilemap.element, form === "tiles");
    setShown(this.#number.element, form === "number");
    setShown(this.#table.element, form === "table");
    setShown(this.#trend.element, form === "trend");
    setShown(this.#message, form === "message");
  }

  #drill(row: Row): void {
    if (this.#ctx?.kiosk === true) return;
    this.#hooks.drill(this.#panel, { key: row.key, second: row.second?.key ?? (this.#panel.across === null ? null : this.#choice.slice) }, this.#last?.model.window ?? null);
  }

  /** What is seen: over the shown window, or beside what it was before. */
  #data(format: "csv" | "json"): ReturnType<ControlActions["data"]> {
    const name = this.#fileName(format);
    const last = this.#last;
    const { model, ctx } = last ?? {};
    const choice = this.#choice;
    const rows = model?.drawn?.rows ?? [];
    const { window } = fitOf(this.#panel, choice);
    const isPlain = !isCompared(rows) || (format === "json" && window !== null && countOfName(window) !== null);
    if (model === undefined || ctx === undefined || model.comparison === null || isPlain) {
      const href = dataAddress(location.href, this.#panel, { ...choice, window }, format);
      if (format === "json" || last === null || last.frame === null) return { href, name };
      return { href, name, text: panelCsv({ panel: this.#panel, frame: last.frame, window, span: last.span }, last.ctx) };
    }
    if (format === "json") return { href: compareAddress(location.href, this.#panel, { ...choice, window }), name };
    const panel = choice.slice === null || this.#panel.across === null ? this.#panel : slicedPanel(this.#panel);
    return { href: "#", name, text: comparedCsv(panel, rows, model.measure, model.comparison, ctx) };
  }

  /** The windows of the chosen kind; a host that does not answer is told of by the page as a whole. */
  async #saveHistory(): Promise<void> {
    const kind = trendKindOf(this.#panel, this.#choice.window);
    const ctx = this.#ctx;
    if (kind === null || ctx === null) return;
    const windows = await wholeHistory(askHost, this.#panel.metric, kind).catch(() => null);
    if (windows === null) return;
    saveBlob(new Blob([historyCsv(this.#panel, windows, ctx)], { type: "text/csv" }), this.#fileName("csv", `${this.#panel.id}-${kind}`));
  }

  #fileName(extension: string, part = this.#panel.id): string {
    const ctx = this.#ctx;
    const time = ctx?.format.dateTime(ctx.state.clock?.eventTime ?? null) ?? "";
    return fileName(ctx === null ? "streamgauge" : pageTitle(ctx), part, time, extension);
  }

  #savePicture(): void {
    if (this.#last === null) return;
    const { model, ctx } = this.#last;
    const picture = pictureOf(model, this.#choice.scope, ctx);
    if (picture === null) return;
    const { fontFamily } = getComputedStyle(this.element);
    save(paint({ ...picture, ...this.#drawing(picture.kind, fontFamily, ctx) }, fontFamily, ctx), this.#fileName("png"));
  }

  #drawing(kind: PanelKind, fontFamily: string, ctx: Context): DrawnChart {
    if (kind === "number") return { chart: null, width: 0, height: 0 };
    const { element, drawn } = this.#tilemap;
    if (kind !== "tiles" || drawn === null) return this.#chart.picture();
    const { clientWidth: width, clientHeight: height } = element;
    const fontPx = parseFloat(getComputedStyle(element).fontSize);
    return { chart: tilemapPicture(drawn, { width, height, fontPx, fontFamily }, ctx), width, height };
  }
}

type TilesBody = Extract<Body, { form: "tiles" }>;

/** The kind of the drawing, for tests and tools. */
function kindOf({ body, drawn }: PanelModel): string {
  if (drawn === null) return "trend";
  return body.form === "table" ? "table" : drawn.kind;
}
