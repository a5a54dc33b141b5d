// A time of the page in words, of which nothing but the name is known. Pure.
import type { Context } from "./context";
import { edgesOf } from "./page-time";
import { countOfName, isPast, kindOfName, spanText } from "./spans";
import { lastWindowsName, pastName, presentName } from "./window-name";

/** The last windows by their number, one span by its dates. */
export function timeName(time: string, ctx: Context): string {
  const kind = kindOfName(time);
  const count = countOfName(time);
  if (count !== null) return lastWindowsName(kind, count, ctx);
  if (!isPast(time)) return presentName(kind, ctx);
  const edges = edgesOf(time);
  const startMs = Date.parse(edges?.start ?? "");
  if (edges === null || Number.isNaN(startMs)) return pastName(kind, ctx);
  const endMs = edges.end === null ? NaN : Date.parse(edges.end);
  if (Number.isNaN(endMs)) return `${ctx.format.dateTime(startMs).replace(/ 00:00:00$|:00$/u, "")}`;
  return spanText({ kind, start: edges.start, startMs, endMs }, ctx.format);
}
