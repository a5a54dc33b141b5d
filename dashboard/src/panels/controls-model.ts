// The controls in a panel's head: their words, and which of them are shown and chosen. Pure.
import type { Context } from "../data/context";
import { SCOPES, type PanelChoice } from "../data/link";
import { measuresOf } from "../data/rows";
import { trendKind } from "../data/trend";
import { say } from "../i18n/words";
import type { Panel, Scope } from "../wire/shapes";

/** The form in which a panel is shown where its table is not chosen. */
export type Form = "chart" | "number" | "table-only" | "trend";

export interface ControlsModel {
  readonly scopes: {
    readonly label: string;
    readonly texts: Readonly<Record<Scope, string>>;
    readonly chosen: Scope;
  };
  readonly measures: {
    readonly isShown: boolean;
    readonly label: string;
    readonly titles: readonly string[];
    readonly chosen: number;
  };
  /** Between chart and table. */
  readonly toggle: { readonly isShown: boolean; readonly label: string; readonly isTable: boolean };
  readonly menu: {
    readonly label: string;
    readonly enlarge: string;
    readonly csv: string;
    readonly json: string;
    readonly png: string;
    /** Pictures and files of rows are of one window. */
    readonly hasFiles: boolean;
    readonly hasPicture: boolean;
    readonly history: string;
    /** Only metrics with windows have one. */
    readonly hasHistory: boolean;
  };
  readonly shrink: { readonly isShown: boolean; readonly label: string };
}

export function controlsModel(
  panel: Panel, choice: PanelChoice, form: Form, isEnlarged: boolean, ctx: Context,
): ControlsModel {
  const words = ctx.words.panels;
  const measures = measuresOf(panel);
  const hasChart = form !== "table-only";
  return {
    scopes: {
      label: words.scope,
      texts: Object.fromEntries(SCOPES.map((scope) => [scope, words[scope]])) as Record<Scope, string>,
      chosen: choice.scope,
    },
    measures: {
      isShown: measures.length > 1 && !choice.table && hasChart,
      label: words.measure,
      titles: measures.map((measure) => say(measure.title, ctx.lang)),
      chosen: choice.measure < measures.length ? choice.measure : 0,
    },
    toggle: {
      isShown: hasChart,
      label: choice.table ? words.asChart : words.asTable,
      isTable: choice.table,
    },
    menu: {
      label: words.menu(say(panel.title, ctx.lang)),
      enlarge: isEnlarged ? words.shrink : words.enlarge,
      csv: words.saveCsv, json: words.saveJson, png: words.savePng,
      history: words.saveHistory,
      hasHistory: trendKind(panel.windows, null) !== null,
      hasFiles: form !== "trend",
      hasPicture: hasChart && !choice.table && form !== "trend",
    },
    shrink: { isShown: isEnlarged, label: words.shrink },
  };
}
