// The time of the whole page, in its head: a list, a timeline over all that is kept, and
// what the panels are held against. On a wall it is words alone.
import type { Context } from "../data/context";
import type { Against, Link } from "../data/link";
import { coursePanel, kindsOf } from "../data/page-time";
import { measuresOf } from "../data/rows";
import { kindOfName } from "../data/spans";
import { h, resize, setAttr, setShown, setText } from "../dom/element";
import { icon } from "../dom/icon";
import type { Courses } from "../net/courses";
import { againstOf, LINE, timeModel, type TimeModel, type TimeOption } from "./time-model";
import { Timeline } from "./timeline";
import { kindTitle, timelineModel } from "./timeline-model";

export interface TimeActions {
  readonly setTime: (time: string | null) => void;
  readonly setAgainst: (against: Against | null) => void;
  readonly changed: () => void;
}

export class TimeBar {
  readonly #time = new Choice("time-select");
  readonly #against = new Choice("against-select");
  readonly #toggle = h("button", { type: "button", class: "icon-button", "data-testid": "timeline-toggle" }, icon("trend"));
  readonly #spoken = h("span", { class: "time-spoken", "data-testid": "time-spoken" });
  readonly element = h("div", { class: "time-bar", role: "group" },
    this.#time.element, this.#toggle, this.#against.element, this.#spoken);
  readonly #kind = new Choice("timeline-kind");
  readonly #timeline: Timeline;
  /** The strip below the head. */
  readonly strip: HTMLElement;
  readonly #courses: Courses;
  #isOpen = false;
  /** The kind that the reader wants to see on the timeline; `null` leaves it to the time. */
  #wanted: string | null = null;

  constructor(courses: Courses, actions: TimeActions) {
    this.#courses = courses;
    this.#timeline = new Timeline((name) => actions.setTime(name));
    this.#timeline.head.prepend(this.#kind.element);
    this.strip = h("div", { class: "time-strip", "data-testid": "timeline" }, this.#timeline.element);
    this.#time.onChoose = (value) => {
      if (value !== LINE) return actions.setTime(value === "" ? null : value);
      this.#isOpen = true;
      actions.changed();
    };
    this.#against.onChoose = (value) => actions.setAgainst(againstOf(value));
    this.#kind.onChoose = (value) => {
      this.#wanted = value;
      actions.changed();
    };
    this.#toggle.addEventListener("click", () => {
      this.#isOpen = !this.#isOpen;
      actions.changed();
    });
    new ResizeObserver(actions.changed).observe(this.#timeline.host);
  }

  update(link: Pick<Link, "time" | "against">, ctx: Context): void {
    const words = ctx.words.time;
    const model = timeModel(link, ctx);
    setShown(this.element, model.isShown && !(ctx.kiosk && model.spoken === ""));
    setAttr(this.element, "aria-label", words.group);
    setAttr(this.element, "data-time", link.time);
    setAttr(this.element, "data-against", link.against);
    for (const part of [this.#time.element, this.#toggle, this.#against.element]) setShown(part, !ctx.kiosk);
    setShown(this.#spoken, ctx.kiosk && model.spoken !== "");
    setText(this.#spoken, model.spoken);
    this.#updateChoices(model, ctx);
    setAttr(this.#toggle, "aria-expanded", String(this.#isOpen));
    for (const name of ["aria-label", "title"]) setAttr(this.#toggle, name, words.line);
    const isOpen = this.#isOpen && model.isShown && !ctx.kiosk;
    setShown(this.strip, isOpen);
    if (isOpen) this.#updateTimeline(link, ctx);
  }

  #updateChoices({ options, chosen, against, againstChosen }: TimeModel, { words }: Context): void {
    this.#time.update(options, chosen, words.time.time);
    this.#against.update(against, againstChosen, words.time.against);
  }

  #updateTimeline({ time }: Pick<Link, "time">, ctx: Context): void {
    const panels = ctx.state.panels ?? [];
    const kinds = kindsOf(panels);
    const known = [this.#wanted, time === null ? null : kindOfName(time), kinds[0]];
    const kind = known.find((each) => each !== null && each !== undefined && kinds.includes(each)) ?? "";
    setShown(this.#kind.element, kinds.length > 1);
    this.#kind.update(kinds.map((value) => ({ value, text: kindTitle(value, ctx) })), kind, ctx.words.time.kind);
    const panel = coursePanel(panels, kind);
    const measure = panel === null ? undefined : measuresOf(panel).find(({ additive }) => additive);
    const rev = panel === null || ctx.pause !== null ? null : ctx.state.frames.get(panel.id)?.rev ?? null;
    const asked = panel === null || measure === undefined ? null : this.#courses.course(panel.metric, kind, measure.name, rev);
    this.#timeline.update(timelineModel({
      kind, steps: asked?.value ?? null, isLoading: asked?.state === "loading", time,
    }, ctx), ctx);
  }
}

/** A list of one choice. */
class Choice {
  readonly element: HTMLSelectElement;
  readonly #options: HTMLOptionElement[] = [];
  onChoose: (value: string) => void = () => undefined;
  #chosen = "";

  constructor(name: string) {
    this.element = h("select", { class: name, "data-testid": name });
    this.element.addEventListener("change", () => {
      const { value } = this.element;
      // The list says what is chosen, which what opens something else is not.
      this.element.value = this.#chosen;
      this.onChoose(value);
    });
  }

  update(options: readonly TimeOption[], chosen: string, label: string): void {
    this.#chosen = chosen;
    resize(this.element, this.#options, options.length, () => h("option"));
    options.forEach(({ value, text }, i) => {
      const option = this.#options[i];
      if (option === undefined) return;
      // An option without the attribute has its text as value, which is not there yet at first.
      setAttr(option, "value", value);
      setText(option, text);
    });
    if (this.element.value !== chosen) this.element.value = chosen;
    setAttr(this.element, "aria-label", label);
    setAttr(this.element, "title", `${label}: ${options.find(({ value }) => value === chosen)?.text ?? ""}`);
  }
}
