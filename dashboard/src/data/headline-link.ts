// Where a figure above the panels leads: its panel, with its window and its measure. Pure.
import type { Headline, Panel } from "../wire/shapes";
import { withChoice, type Link } from "./link";
import { measuresOf } from "./rows";
import { isOverWindows } from "./trend";

/** The link to the panel of a figure; the same link where there is no such panel. */
export function linkTo({ metric, view, measure, window }: Headline, panels: readonly Panel[], link: Link): Link {
  const panel = panels.find((each) => each.metric === metric && each.view === view);
  if (panel === undefined) return link;
  const at = measuresOf(panel).findIndex(({ name }) => name === measure);
  const isFirst = window === "" || window === panel.windows[0];
  return {
    ...withChoice(link, panel.id, {
      measure: Math.max(0, at), trend: false, window: isFirst && link.time === null ? null : window === "" ? link.time : window,
    }, isOverWindows(panel)),
    enlarged: panel.id,
  };
}
