// One tooltip for all charts. Its content is built of elements and texts: the
// library's own markup carries inline styles, which the content security
// policy refuses, and would have to be escaped besides.
import { h } from "../dom";
import { UNKNOWN } from "../format";
import type { Look } from "./look";

interface Pointed {
  readonly name: string;
  readonly value: number | null;
  readonly share: number | null;
}

/** `known` tells the value of a row that has no mark of its own in the chart. */
export function tooltip(
  look: Look, sum: () => number, known: (index: number) => number | null = () => null,
) {
  return {
    confine: true,
    transitionDuration: 0,
    className: "chart-tip",
    backgroundColor: look.colors.panel,
    borderColor: look.colors.grid,
    borderWidth: 1,
    padding: 0,
    textStyle: { color: look.colors.text, fontSize: look.fontPx * 0.85 },
    formatter: (params: unknown) => tip(look, pointed(params, sum(), known)),
  };
}

function pointed(
  params: unknown, sum: number, known: (index: number) => number | null,
): Pointed {
  const first: unknown = Array.isArray(params) ? params[0] : params;
  const p = (first ?? {}) as { name?: unknown; value?: unknown; dataIndex?: unknown };
  const value = typeof p.value === "number" && Number.isFinite(p.value)
    ? p.value
    : typeof p.dataIndex === "number" ? known(p.dataIndex) : null;
  return {
    name: typeof p.name === "string" ? p.name : UNKNOWN,
    value,
    share: value !== null && sum > 0 ? value / sum : null,
  };
}

function tip(look: Look, p: Pointed): HTMLElement {
  const lines = [line(look.measure, look.format.full(p.value))];
  if (look.additive) lines.push(line(look.share, look.format.percent(p.share)));
  return h("div", { class: "tip" }, h("strong", {}, p.name), h("dl", {}, ...lines.flat()));
}

function line(name: string, value: string): HTMLElement[] {
  return [h("dt", {}, name), h("dd", {}, value)];
}
