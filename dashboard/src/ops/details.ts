// The operator's section below the first screen: late data, the latest events,
// partitions, dead letters, plugins, checkpoints.
import type { Context } from "../data/context";
import { joined } from "../data/format";
import { h, resize, setAttr, setShown, setText } from "../dom/element";
import { icon } from "../dom/icon";
import type { Report, ReportValues } from "../net/reports";
import { Sparkline } from "../plots/sparkline";
import { Plot, svg } from "../plots/svg";
import type { Lateness, Status } from "../wire/shapes";
import { checkpointModel, checkpointsModel, pluginsModel, type Named } from "./facts";
import { happenedModel } from "./happened";
import { barWords, histogramOf, latenessWords, type Histogram } from "./lateness";
import { LiveTable } from "./live-table";
import { heldWords, longHold, partitionsModel } from "./partitions";
import { deadModel, eventsModel, lateModel, noteOf, reasonsOf } from "./samples";

interface Card {
  readonly element: HTMLElement;
  readonly title: HTMLElement;
  readonly note: HTMLElement;
}

function card(name: string, ...children: readonly Node[]): Card {
  const title = h("h3");
  const note = h("p", { class: "ops-note" });
  const element = h("article", { class: `ops-card surface ops-${name}`, "data-testid": `ops-${name}` },
    h("header", {}, title, note), ...children);
  return { element, title, note };
}

export class OpsDetails {
  readonly element: HTMLElement;
  readonly #title = h("h2", { id: "ops-details-title", class: "unseen" });
  readonly #histogram = new Plot();
  readonly #lateTable: LiveTable;
  readonly #deadTable: LiveTable;
  readonly #eventsTable: LiveTable;
  readonly #partitionsTable = new LiveTable();
  readonly #pluginsTable = new LiveTable();
  readonly #reasons = h("ul", { class: "reasons" });
  readonly #reasonItems: HTMLLIElement[] = [];
  readonly #facts = h("dl", { class: "ops-dl" });
  readonly #factItems: HTMLDivElement[] = [];
  readonly #batch = new Sparkline();
  readonly #batchText = h("p");
  readonly #latency = new Sparkline();
  readonly #latencyText = h("p");
  readonly #held = h("span", { class: "held" }, icon("pause"), h("span"));
  readonly #late: Card;
  readonly #dead: Card;
  readonly #events: Card;
  readonly #partitions: Card;
  readonly #plugins: Card;
  readonly #checkpoint: Card;
  readonly #checkpointsTable = new LiveTable();
  readonly #checkpoints = card("checkpoints", this.#checkpointsTable.element);
  readonly #happenedTable = new LiveTable();
  readonly #happened = card("happened", this.#happenedTable.element);
  /** The size and the language in which the bars were drawn last. */
  #drawn = "";
  #drawnReport: Lateness | null = null;

  constructor(explain: (place: string) => void) {
    this.#lateTable = new LiveTable(explain);
    this.#deadTable = new LiveTable(explain);
    this.#eventsTable = new LiveTable(explain);
    this.#late = card("late", this.#histogram.element, this.#lateTable.element);
    this.#events = card("events", this.#eventsTable.element);
    this.#events.element.firstElementChild?.append(this.#held);
    this.#partitions = card("partitions", this.#partitionsTable.element);
    this.#dead = card("dead", this.#reasons, this.#deadTable.element);
    this.#plugins = card("plugins", this.#pluginsTable.element);
    this.#checkpoint = card("checkpoint", this.#facts, h("div", { class: "ops-lines" },
      h("div", {}, this.#batchText, this.#batch.element), h("div", {}, this.#latencyText, this.#latency.element)));
    this.element = h("section",
      { class: "ops-details", "aria-labelledby": "ops-details-title", "data-testid": "ops-details" },
      this.#title, this.#late.element, this.#events.element, this.#partitions.element, this.#dead.element,
      this.#plugins.element, this.#checkpoint.element, this.#checkpoints.element, this.#happened.element);
  }

  update(reports: ReportValues, ctx: Context): void {
    const { ops } = ctx.words;
    setText(this.#title, ops.details);
    const { status } = ctx.state;
    this.#updateLate(reports.lateness, status, ctx);
    this.#updateDead(reports, status, ctx);
    this.#updateEvents(reports, ctx);
    if (status === null) return;
    setText(this.#partitions.title, ops.partitions);
    setText(this.#partitions.note, heldWords(status, ctx));
    setAttr(this.#partitions.note, "data-tone", longHold(status, ctx) === null ? null : "warn");
    this.#partitionsTable.update(partitionsModel(status, ctx));
    setText(this.#plugins.title, ops.plugins);
    this.#pluginsTable.update(pluginsModel(status, ctx));
    this.#updateCheckpoint(status, ctx);
    setText(this.#checkpoints.title, ops.checkpoints);
    this.#checkpointsTable.update(
      checkpointsModel(reports.checkpoints.value, noteOf(reports.checkpoints, "", ctx), ctx));
    setText(this.#happened.title, ops.happened);
    this.#happenedTable.update(happenedModel(ctx));
  }

  #updateLate(report: Report<Lateness>, status: Status | null, ctx: Context): void {
    const { ops } = ctx.words;
    setText(this.#late.title, ops.late);
    const output = status?.lateOutput ?? null;
    const fault = noteOf(report, "", ctx);
    if (report.value === null) {
      setAttr(this.#histogram.element, "aria-label", fault);
      setText(this.#late.note, fault);
      this.#lateTable.update(lateModel([], ctx));
      return;
    }
    const histogram = histogramOf(report.value);
    const { facts, spoken } = latenessWords(report.value, histogram, ctx);
    const out = output === null ? ops.lateOutputOff : ops.lateOutput(ctx.format.full(output.written));
    const note = joined(fault, ...facts, out);
    setText(this.#late.note, note);
    setAttr(this.#late.note, "title", note);
    this.#drawHistogram(report.value, histogram, spoken, ctx);
    if (!this.#lateTable.isHeld) this.#lateTable.update(lateModel(report.value.samples, ctx), ops.explain);
  }

  #drawHistogram(report: Lateness, histogram: Histogram, spoken: string, ctx: Context): void {
    const { box } = this.#histogram;
    if (box.width < 60 || box.height < 30) return;
    const look = [box.width, box.height, box.fontPx, ctx.lang].join(" ");
    if (look === this.#drawn && report === this.#drawnReport) return;
    this.#drawn = look;
    this.#drawnReport = report;
    const bottom = box.height - box.fontPx * 1.5;
    const top = box.fontPx * 1.5;
    const x = (at: number) => Math.round((2 + at * (box.width - 4)) * 10) / 10;
    const bars = histogram.bars.map((bar) => {
      const tall = bar.height * (bottom - top);
      const rect = svg("rect", {
        class: bar.isLate ? "late-bar" : "time-bar", x: x(bar.left), y: bottom - tall,
        width: Math.max(1.5, x(bar.right) - x(bar.left) - 1), height: tall,
      });
      rect.append(svg("title", {}, barWords(bar, ctx)));
      return rect;
    });
    const bound = (at: number, name: string, kind: string, toRight: boolean) => {
      // A line at an edge has room for words on one side only.
      const isRight = at > 0.85 ? false : at < 0.15 || toRight;
      return [
        svg("line", { class: `bound ${kind}`, x1: x(at), x2: x(at), y1: 2, y2: bottom }),
        svg("text", {
          class: "plot-text strong", x: x(at) + (isRight ? 4 : -4), y: box.fontPx,
          "text-anchor": isRight ? "start" : "end",
        }, name),
      ];
    };
    const { ops } = ctx.words;
    let free = -Infinity;
    const ticks = histogram.ticks.filter(({ at }) => {
      const isFree = x(at) - free > box.fontPx * 5 && x(at) < box.width - box.fontPx * 2;
      if (isFree) free = x(at);
      return isFree;
    });
    const on = histogram.bound999;
    this.#histogram.draw([
      svg("line", { class: "plot-grid", x1: 0, x2: box.width, y1: bottom, y2: bottom }),
      ...bars,
      ...bound(histogram.bound, `${ops.bound} ${ctx.format.duration(report.boundMs)}`, "own", on !== null && on <= histogram.bound),
      ...(on === null ? [] : bound(on, `${ops.bound999} ${ctx.format.duration(report.boundFor999Ms)}`, "wanted", on > histogram.bound)),
      ...ticks.map(({ at, ms }) => svg("text", {
        class: "plot-text", x: x(at), y: bottom, dy: "1.2em", "text-anchor": at < 0.03 ? "start" : "middle",
      }, ctx.format.duration(ms))),
    ], spoken);
  }

  #updateDead(reports: ReportValues, status: Status | null, ctx: Context): void {
    const { ops } = ctx.words;
    setText(this.#dead.title, ops.deadLetters);
    const dead = status?.deadLetters ?? null;
    setText(this.#dead.note, dead === null ? "" : ops.deadWritten(ctx.format.full(dead.written)));
    const reasons = reasonsOf(dead?.byReason ?? [], ctx);
    setShown(this.#reasons, reasons.length > 0);
    resize(this.#reasons, this.#reasonItems, reasons.length, () =>
      h("li", {}, h("span"), h("span", { class: "stage-bar" }, h("i")), h("b")));
    reasons.forEach(({ name, text, share }, i) => {
      const [label, bar, value] = Array.from(this.#reasonItems[i]?.children ?? []);
      const fill = bar?.firstElementChild;
      if (!label || !value || !(fill instanceof HTMLElement)) return;
      setText(label, name);
      setAttr(label, "title", name);
      setText(value, text);
      fill.style.inlineSize = `${(share * 100).toFixed(1)}%`;
    });
    if (!this.#deadTable.isHeld) this.#deadTable.update(deadModel(reports.deadLetters, ctx), ops.explain);
  }

  #updateEvents(reports: ReportValues, ctx: Context): void {
    const { ops } = ctx.words;
    setText(this.#events.title, ops.events);
    const held = this.#eventsTable.isHeld || ctx.pause !== null;
    setShown(this.#held, held);
    if (this.#held.lastElementChild !== null) setText(this.#held.lastElementChild, ops.eventsHeld);
    if (!this.#eventsTable.isHeld) this.#eventsTable.update(eventsModel(reports.events, ctx), ops.explain);
  }

  #updateCheckpoint(status: Status, ctx: Context): void {
    const { ops } = ctx.words;
    setText(this.#checkpoint.title, ops.checkpoint);
    const facts: readonly Named[] = checkpointModel(status, ctx);
    resize(this.#facts, this.#factItems, facts.length, () => h("div", {}, h("dt"), h("dd")));
    facts.forEach(({ name, text, tone }, i) => {
      const item = this.#factItems[i];
      const [term, value] = Array.from(item?.children ?? []);
      if (!term || !value) return;
      setText(term, name);
      setText(value, text);
      setAttr(value, "title", text);
      setAttr(value, "data-tone", tone ?? null);
    });
    const { series } = ctx.state;
    const { batchRows, latencyP99Ms } = status;
    setText(this.#batchText, `${ops.batch} ${batchRows === null ? "—" : ops.batchRows(ctx.format.full(Math.round(batchRows)))}`);
    this.#batch.update(series.get("batch_rows") ?? []);
    setText(this.#latencyText, `${ops.latency} ${ctx.format.duration(latencyP99Ms)}`);
    this.#latency.update(series.get("latency_p99_ms") ?? []);
  }
}
