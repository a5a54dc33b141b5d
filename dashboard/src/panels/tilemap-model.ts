// Provinces as tiles with their ranking, decided: every text and colour. Pure.
import { heatScale } from "../charts/heat-scale";
import { THEMES } from "../charts/palette";
import { shadeAt } from "../charts/shades";
import type { Before } from "../data/before";
import { byChange } from "../data/compare";
import type { Context } from "../data/context";
import { labelText, shareOf, sum, type Row } from "../data/rows";
import { CHINA, type Place, type TileLayout } from "../data/tile-layout";
import { markOf, verdictWhole, type Level } from "../data/thresholds";
import { lay, type Laid } from "../data/tilemap";
import { spanName } from "../data/window-name";

/** Names of what is not on the map, in the line that counts it. */
const OUTSIDE_NAMES_MAX = 20;

export interface TilemapInput {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly additive: boolean;
  /** `true` shows shares in the place of values. */
  readonly share: boolean;
  readonly before: Before | null;
  /** The largest change first, where rows are held against what they were. */
  readonly byChange?: boolean;
  /** Without one the provinces. */
  readonly layout?: TileLayout;
}

export interface TileModel {
  readonly code: string;
  readonly column: number;
  readonly line: number;
  readonly name: string;
  /** The value or the share; empty where there is nothing. */
  readonly figure: string;
  /** All of it in words. */
  readonly title: string;
  /** `null` means that nothing was counted, or that the value is not known. */
  readonly fill: string | null;
  readonly ink: string | null;
  /** How grave the value is, where it is beyond a threshold. */
  readonly level: Level | null;
  readonly row: Row | null;
}

export interface RankModel {
  /** What the entry is of, also when it has another place. */
  readonly id: string;
  /** Empty of what is not on the map. */
  readonly rank: string;
  readonly name: string;
  readonly value: string;
  readonly share: string;
  /** The share is a change, which a reader asked for. */
  readonly isCompared: boolean;
  /** The value in proportion to the largest one, from 0 to 1. */
  readonly part: number;
  /** Places won since the last closed window, below 0 of places lost; `null` means that nothing is known. */
  readonly change: number | null;
  readonly arrow: string;
  readonly title: string;
  readonly level: Level | null;
  readonly row: Row;
}

export interface TilemapModel {
  readonly laid: Laid;
  readonly grid: Pick<TileLayout, "columns" | "lines">;
  readonly tiles: readonly TileModel[];
  readonly ranking: readonly RankModel[];
  /** What the arrows are held against; empty where there is none. */
  readonly since: string;
  /** What is not on the map, counted and named; empty where all is. */
  readonly outside: string;
  readonly scale: { readonly least: string; readonly most: string; readonly title: string };
  /** The choice between value and share, where shares say something. */
  readonly hasShares: boolean;
  readonly isShare: boolean;
}

export function tilemapModel(input: TilemapInput, ctx: Context): TilemapModel {
  const { rows, additive, before } = input;
  const layout = input.layout ?? CHINA;
  const laid = lay(rows, additive, layout);
  const total = sum(rows);
  const hasShares = additive && total > 0;
  const isShare = hasShares && input.share;
  const scale = scaleOf(laid, isShare);
  const show = (value: number | null) =>
    (isShare ? ctx.format.percent(shareOf(total, value)) : ctx.format.compact(value));
  const words = ctx.words.tilemap;
  return {
    laid,
    grid: layout,
    tiles: tilesOf(layout, laid, hasShares ? total : 0, show, scale.place, ctx),
    ranking: rankingOf(laid, hasShares ? total : 0, before, input.byChange === true, ctx),
    since: before === null ? "" : words.since(spanName(before.span, ctx)),
    outside: outsideOf(laid.outside, ctx),
    scale: { least: show(scale.least), most: show(scale.most), title: ctx.words.panels.heatScale[scale.kind] },
    hasShares,
    isShare,
  };
}

/** Values by their root or logarithm, as in a heat map; shares in proportion, as they are parts of one whole. */
function scaleOf({ placed }: Laid, isShare: boolean) {
  const rows = placed.map(({ row }) => row);
  const scale = heatScale(rows);
  const isPlain = isShare && scale.kind !== "linear" && scale.most > 0;
  return {
    kind: isPlain ? "linear" as const : scale.kind,
    least: isPlain ? 0 : scale.least,
    most: scale.most,
    place: isPlain ? (value: number) => value / scale.most : (value: number) => scale.place(value),
  };
}

function tilesOf(
  { places }: TileLayout, { placed }: Laid, total: number, show: (value: number | null) => string, place: (value: number) => number, ctx: Context,
): readonly TileModel[] {
  const rows = new Map(placed.map(({ province, row }) => [province, row]));
  const { heat } = THEMES[ctx.theme];
  return places.map((province) => {
    const row = rows.get(province) ?? null;
    const value = row?.value ?? null;
    const shade = value === null || value === 0 ? null : shadeAt(heat, place(value));
    return {
      code: province.code, column: province.column, line: province.line,
      name: ctx.lang === "zh" ? province.short : province.letters,
      figure: row === null ? "" : row.past?.text ?? show(value),
      title: titleOf(nameOf(province, row, ctx), row, total, ctx),
      fill: shade?.fill ?? null, ink: shade?.ink ?? null,
      level: row?.beyond?.level ?? null,
      row,
    };
  });
}

function rankingOf(laid: Laid, total: number, before: Before | null, isByChange: boolean, ctx: Context): readonly RankModel[] {
  const words = ctx.words.tilemap;
  const order = new Map(isByChange ? byChange(laid.placed.map(({ row }) => row)).map((row, i) => [row, i]) : []);
  const most = Math.max(0, ...laid.placed.map(({ row }) => row.value ?? 0));
  const share = (row: Row) => (row.past !== undefined ? row.past.text : total > 0 ? ctx.format.percent(shareOf(total, row.value)) : "");
  const ranked = [...laid.placed].sort((a, b) => (order.get(a.row) ?? 0) - (order.get(b.row) ?? 0));
  const placed = ranked.map(({ province, row }, i): RankModel => {
    const known = before?.ranks.get(province.code);
    const change = known === undefined ? null : known - (i + 1);
    const name = nameOf(province, row, ctx);
    return {
      id: province.code, rank: String(i + 1), name,
      value: `${markOf(row)}${ctx.format.compact(row.value)}`, share: share(row), isCompared: row.past !== undefined,
      part: most > 0 ? Math.max(0, row.value ?? 0) / most : 0,
      change,
      arrow: change === null || change === 0 ? "" : `${change > 0 ? "↑" : "↓"}${Math.abs(change)}`,
      title: [titleOf(name, row, total, ctx), words.place(String(i + 1)), ...changeWords(change, ctx)].join(" · "),
      level: row.beyond?.level ?? null,
      row,
    };
  });
  const outside = laid.outside.map((row): RankModel => ({
    id: `outside ${row.key}`, rank: "", name: row.label,
    value: `${markOf(row)}${ctx.format.compact(row.value)}`, share: share(row), isCompared: row.past !== undefined, part: 0, change: null, arrow: "",
    title: `${titleOf(row.label, row, total, ctx)} · ${words.outsideMark}`, level: row.beyond?.level ?? null,
    row,
  }));
  return [...placed, ...outside];
}

function changeWords(change: number | null, ctx: Context): readonly string[] {
  if (change === null) return [];
  const words = ctx.words.tilemap;
  const places = String(Math.abs(change));
  return [`${change > 0 ? words.up(places) : change < 0 ? words.down(places) : words.same} (${words.sinceNote})`];
}

/** The label that the plugin gives; where it gives none, the name of the place. */
function nameOf(province: Place, row: Row | null, ctx: Context): string {
  return row === null || row.label === labelText(row.key) ? province[ctx.lang] : row.label;
}

function titleOf(name: string, row: Row | null, total: number, ctx: Context): string {
  const value = ctx.format.withError(row?.value ?? null, row?.error ?? null);
  const share = total > 0 && row !== null ? ` · ${ctx.format.percent(shareOf(total, row.value))}` : "";
  const verdict = row === null ? "" : verdictWhole(row, ctx.format, ctx.words);
  const past = row?.past === undefined ? "" : ` · ${ctx.words.time.before} ${ctx.format.full(row.past.value)} · ${row.past.text}`;
  return `${name}: ${value}${share}${past}${verdict === "" ? "" : ` · ${verdict}`}`;
}

function outsideOf(outside: readonly Row[], ctx: Context): string {
  if (outside.length === 0) return "";
  const words = ctx.words.tilemap;
  const names = outside.slice(0, OUTSIDE_NAMES_MAX).map(({ label, value }) => `${label} ${ctx.format.compact(value)}`);
  const more = outside.length > OUTSIDE_NAMES_MAX ? ["…"] : [];
  return words.outside(ctx.format.full(outside.length), [...names, ...more].join(words.comma));
}

/** The rows that go through the ranking while the order is held: known ones in their order, new ones last. */
export function held(ranking: readonly RankModel[], order: readonly string[] | null): readonly RankModel[] {
  if (order === null) return ranking;
  const place = new Map(order.map((id, i) => [id, i]));
  return [...ranking].sort((a, b) => (place.get(a.id) ?? Infinity) - (place.get(b.id) ?? Infinity) || 0);
}
