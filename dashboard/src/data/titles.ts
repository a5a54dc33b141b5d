// The titles of things on the page. Pure.
import { say } from "../i18n/words";
import type { Context } from "./context";
import { clip } from "./format";

const TITLE_CHARACTERS_MAX = 40;

/** The title of a metric's first panel; a metric without a panel has its id. */
export function metricTitle(metric: string, ctx: Context): string {
  const panel = ctx.state.panels?.find((each) => each.metric === metric);
  return clip(panel === undefined ? metric : say(panel.title, ctx.lang), TITLE_CHARACTERS_MAX);
}

/** The title of the page in its language. */
export function pageTitle({ state, lang }: Context): string {
  return state.hello === null ? "Streamgauge" : say(state.hello.names, lang);
}
