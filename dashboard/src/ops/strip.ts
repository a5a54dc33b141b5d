// The operator's section in one row, on the first screen: throughput, the time of
// the workers, and the few facts that must hold.
import type { Context } from "../data/context";
import { joined } from "../data/format";
import { hostTime } from "../data/page-state";
import { h, resize, setAttr, setShown, setText } from "../dom/element";
import { icon } from "../dom/icon";
import { Room } from "../dom/room";
import { Plot, svg, timePlotParts } from "../plots/svg";
import { timePlot } from "../plots/time-plot";
import type { Status } from "../wire/shapes";
import { factsOf } from "./facts";
import { annotationsOf, fittingMarks, type Annotation } from "./happened";
import { putIcon } from "./live-table";
import { stagesModel, STAGES } from "./stages";

const IN = "events_per_second";
const OUT = "published_per_second";
const LATE = "late_per_second";
const REJECTED = "rejected_per_second";

export class OpsStrip {
  readonly element: HTMLElement;
  readonly #title = h("h2", { id: "ops-title" });
  readonly #facts = h("ul", { class: "ops-facts", "data-testid": "ops-facts" });
  readonly #factItems: HTMLLIElement[] = [];
  readonly #toggle = h("button", { type: "button", class: "icon-button", "data-testid": "ops-toggle" }, icon("chart"));
  readonly #body: HTMLElement;
  readonly #throughput = new TimeCard("throughput", [IN, OUT]);
  readonly #late = new TimeCard("late-rate", [LATE, REJECTED]);
  readonly #marks = h("ul", { class: "ops-marks", "data-testid": "ops-marks" });
  readonly #marksRoom = new Room(this.#marks);
  readonly #markItems: HTMLLIElement[] = [];
  readonly #stagesTitle = h("h3");
  readonly #bottleneck = h("p", { class: "ops-bottleneck", "data-testid": "bottleneck" });
  readonly #stages = h("ol", { class: "stages" });
  readonly #stageItems: HTMLLIElement[] = [];

  constructor(toggle: () => void) {
    this.#throughput.element.firstElementChild?.append(this.#marks);
    this.#toggle.addEventListener("click", toggle);
    this.#body = h("div", { class: "ops-strip" },
      this.#throughput.element, this.#late.element,
      h("div", { class: "ops-card surface ops-stages" },
        h("header", {}, this.#stagesTitle, this.#bottleneck), this.#stages));
    this.element = h("section",
      { class: "ops", "aria-labelledby": "ops-title", "data-testid": "ops" },
      h("header", { class: "ops-head" }, this.#title, this.#facts, this.#toggle), this.#body);
  }

  update(open: boolean, ctx: Context): void {
    const { ops } = ctx.words;
    setAttr(this.element, "data-open", open ? "" : null);
    setText(this.#title, ops.title);
    const label = open ? ops.close : ops.open;
    setAttr(this.#toggle, "aria-label", label);
    setAttr(this.#toggle, "title", `${label} (O)`);
    setAttr(this.#toggle, "aria-expanded", String(open));
    setShown(this.#body, open);
    const { status } = ctx.state;
    this.#updateFacts(status, ctx);
    if (!open) return;
    this.#updatePlot(ctx);
    this.#updateStages(status, ctx);
  }

  #updateFacts(status: Status | null, ctx: Context): void {
    const facts = status === null ? [] : factsOf(status, ctx);
    resize(this.#facts, this.#factItems, facts.length, () => h("li", {}, h("span")));
    facts.forEach(({ icon: name, text, tone }, i) => {
      const item = this.#factItems[i];
      if (item === undefined) return;
      setAttr(item, "data-tone", tone);
      putIcon(item, name);
      if (item.lastElementChild !== null) setText(item.lastElementChild, text);
    });
  }

  #updatePlot(ctx: Context): void {
    const { ops, tiles } = ctx.words;
    const happened = annotationsOf(ctx);
    const word = (mark: Annotation) => `${ctx.format.clock(mark.at)} ${mark.word}`;
    const { shown, left } = fittingMarks(happened, word, this.#marksRoom.em);
    const items = [
      ...(left.length === 0 ? [] : [{
        text: `+${left.length}`, icon: undefined, tone: left.some(({ isBad }) => isBad) ? "warn" : "muted",
        title: left.map((mark) => `${ctx.format.clock(mark.at)} ${mark.text}`).join("\n"),
      }]),
      ...shown.map((mark) => ({
        text: word(mark), icon: mark.icon, tone: mark.isBad ? "warn" : "good",
        title: `${ctx.format.clock(mark.at)} ${mark.text}`,
      })),
      ...(happened.length > 0 ? [] : [{
        text: ops.nothingHappened, icon: undefined, tone: "muted", title: ops.nothingHappened,
      }]),
    ];
    resize(this.#marks, this.#markItems, items.length, () => h("li", {}, h("span")));
    items.forEach(({ text, icon: name, tone, title }, i) => {
      const item = this.#markItems[i];
      if (item === undefined) return;
      setAttr(item, "data-tone", tone);
      putIcon(item, name);
      setAttr(item, "title", title);
      if (item.lastElementChild !== null) setText(item.lastElementChild, text);
    });
    this.#throughput.update(ops.throughput, [ops.throughputIn, ops.throughputOut], happened, ctx);
    this.#late.update(ops.lateRate, [tiles.late, tiles.rejected], happened, ctx);
  }

  #updateStages(status: Status | null, ctx: Context): void {
    const { ops } = ctx.words;
    const workers = status?.workers ?? null;
    setText(this.#stagesTitle, ops.stages);
    const model = status === null ? null : stagesModel(status, ctx);
    setText(this.#bottleneck, model === null ? ops.stagesUnknown
      : joined(model.words, workers === null ? "" : ops.workers(String(workers))));
    setAttr(this.#bottleneck, "title", this.#bottleneck.textContent);
    setAttr(this.#bottleneck, "data-bottleneck", model?.bottleneck ?? null);
    resize(this.#stages, this.#stageItems, model === null ? 0 : STAGES.length, () => h("li", {},
      h("span", { class: "stage-name" }), h("span", { class: "stage-bar" }, h("i")), h("span", { class: "stage-text" })));
    model?.stages.forEach((stage, i) => {
      const [name, bar, text] = Array.from(this.#stageItems[i]?.children ?? []);
      const fill = bar?.firstElementChild;
      if (!name || !text || !(fill instanceof HTMLElement)) return;
      setText(name, stage.name);
      setText(text, stage.text);
      setAttr(text, "title", joined(stage.text, stage.more));
      setAttr(this.#stageItems[i] ?? name, "data-kind", stage.kind);
      setAttr(this.#stageItems[i] ?? name, "data-bottleneck", model.bottleneck === stage.id ? "" : null);
      fill.style.inlineSize = `${(stage.share * 100).toFixed(1)}%`;
    });
  }
}

/** Series of the last five minutes, with the happenings of that time. */
class TimeCard {
  readonly element: HTMLElement;
  readonly #title = h("h3");
  readonly #note = h("span", { class: "ops-note" });
  readonly #keys: HTMLElement;
  readonly #plot = new Plot();
  readonly #series: readonly string[];

  constructor(name: string, series: readonly string[]) {
    this.#series = series;
    this.#keys = h("span", { class: "plot-keys" }, ...series.map((_, i) => key(i)));
    this.element = h("div", { class: `ops-card surface ops-${name}`, "data-testid": `ops-${name}` },
      h("header", {}, this.#title, this.#keys, this.#note), this.#plot.element);
  }

  update(title: string, names: readonly string[], marks: readonly Annotation[], ctx: Context): void {
    const { ops } = ctx.words;
    setText(this.#title, title);
    setText(this.#note, ops.perSecond);
    names.forEach((name, i) => {
      const place = this.#keys.children[i]?.lastElementChild;
      if (place) setText(place, name);
    });
    const now = hostTime(ctx.state, ctx.now);
    const { box } = this.#plot;
    if (now === null || box.width < 40 || box.height < 20) {
      setAttr(this.#plot.element, "aria-label", `${title}: ${ops.noSeries}`);
      return;
    }
    const lines = this.#series.map((name) => ({ name, points: ctx.state.series.get(name) ?? [] }));
    const parts = timePlotParts(timePlot(lines, marks, now, box, ctx.format));
    const isNone = lines.every(({ points }) => points.length === 0);
    if (isNone) {
      const middle = { x: box.width / 2, y: box.height / 2, "text-anchor": "middle" };
      parts.push(svg("text", { class: "plot-text", ...middle }, ops.noSeries));
    }
    const latest = lines.map(({ points }, i) =>
      `${names[i] ?? ""} ${ctx.format.compact(Math.round(points.at(-1)?.[1] ?? 0))}`).join(", ");
    this.#plot.draw(parts, `${title}: ${isNone ? ops.noSeries : latest}`);
  }
}

/** The colour and the name of a line of the plot. */
function key(line: number): HTMLElement {
  return h("span", {}, h("i", { class: `plot-key-${line}` }), h("span"));
}
