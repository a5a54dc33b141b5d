// The operator's section: its row on the first screen, the details below, and the
// reports that are asked for while somebody looks.
import type { Context } from "../data/context";
import { setShown } from "../dom/element";
import type { Answer } from "../net/ask";
import { Reports } from "../net/reports";
import { OpsDetails } from "./details";
import { isOpsOpen, NOT_DRAWN, opsPlan, type Drawn } from "./plan";
import { OpsStrip } from "./strip";

/** The section is open on screens of this width and more, unless a reader chose. */
const WIDE = "(min-width: 1366px)";

export interface OpsHooks {
  /** Opens the section, or closes it. */
  readonly toggle: () => void;
  /** Explains the record at a place such as `0@41`. */
  readonly explain: (place: string) => void;
  readonly ask: (path: string) => Promise<Answer>;
  readonly now: () => number;
  /** There is something new to draw. */
  readonly changed: () => void;
}

export class OpsSection {
  readonly strip: OpsStrip;
  readonly details: OpsDetails;
  readonly #reports: Reports;
  readonly #now: () => number;
  readonly #wide = matchMedia(WIDE);
  #chosen: boolean | null;
  #drawn: Drawn = NOT_DRAWN;

  /** `chosen` is the reader's earlier choice; `null` means that there is none. */
  constructor(chosen: boolean | null, hooks: OpsHooks) {
    this.#chosen = chosen;
    this.#now = hooks.now;
    this.strip = new OpsStrip(hooks.toggle);
    this.details = new OpsDetails(hooks.explain);
    this.#reports = new Reports(hooks);
  }

  /** `link` comes from the address; `null` means that the address does not say it. A poster is open only by its address. */
  isOpen(link: boolean | null, isPoster: boolean): boolean {
    return isPoster ? link === true : isOpsOpen(link, this.#chosen, this.#wide.matches);
  }

  choose(isOpen: boolean): void {
    this.#chosen = isOpen;
  }

  /** The next update draws, however short the time since the last one. */
  redraw(): void {
    this.#drawn = { ...this.#drawn, at: -Infinity };
  }

  update(isOpen: boolean, isSeen: boolean, ctx: Context): void {
    const plan = opsPlan({ isOpen, isSeen, drawn: this.#drawn, now: this.#now() }, ctx);
    if (plan.asks) this.#reports.tick(ctx.state.hello?.epoch ?? null);
    if (plan.draws === null) return;
    this.#drawn = plan.draws;
    setShown(this.details.element, plan.hasDetails);
    this.strip.update(isOpen, ctx);
    if (plan.hasDetails) this.details.update(this.#reports.values, ctx);
  }
}
