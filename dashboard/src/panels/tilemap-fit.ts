// The places of tiles and ranking in a panel of a given size, in multiples of the text
// size. Pure.
import { textEm } from "../data/text-room";

/** The height of a line of the ranking, as in tilemap.css. */
export const RANK_LINE_EM = 1.75;
/** The line of the scale below the tiles, and that of what is not on the map. */
const FOOT_EM = 1.9;
const OUTSIDE_EM = 1.6;
/** Between tiles, and between tiles and ranking. */
const GAP_EM = 0.22;
const BESIDE_GAP_EM = 1.1;
const BELOW_GAP_EM = 0.5;
/** A column of the ranking. */
const RANKING_EM_MIN = 13.5;
const RANKING_EM_MAX = 24;
const RANKING_COLUMN_EM = 13.5;
/** A panel that is wider than high by this much has its ranking beside the tiles. */
const WIDE = 1.2;
/** The tiles of a panel with the ranking below have this part of the height. */
const TILES_SHARE = 0.64;
/** A ranking of less lines says nothing. */
const RANKING_LINES_MIN = 4;
/** The shapes of a tile, as width by height. */
const SHAPE_MIN = 0.85;
const SHAPE_MAX = 1.9;
/** A flat tile has its figure behind its name. */
const FLAT_SHAPE_MAX = 3.4;
const FLAT_GAP_EM = 0.4;
const NAME_EM_MAX = 2.2;
const FIGURE_EM_MAX = 1.5;
/** The smallest letters: a figure that would have smaller ones has no room. */
const LETTERS_EM_MIN = 0.6;
const WALL_LETTERS_EM_MIN = 0.8;
/** The room beside a text on its tile, and the height of a line in multiples of its letters. */
const PAD_EM = 0.3;
const LINE = 1.2;

export interface TilemapFit {
  /** `true` where the ranking stands beside the tiles, `false` where it stands below. */
  readonly isWide: boolean;
  readonly tileWidth: number;
  readonly tileHeight: number;
  /** The size of the names on tiles. */
  readonly name: number;
  /** The size of the figures on tiles; `null` means that they have no room. */
  readonly figure: number | null;
  /** `true` where figures stand behind the names, as large as they are, and not below them. */
  readonly isFlat: boolean;
  readonly ranking: RankingFit;
}

export interface RankingFit {
  /** The room of the ranking. */
  readonly width: number;
  readonly columns: number;
  /** Entries that are always seen. */
  readonly top: number;
  /** Lines of the list of the others; 0 means that there are no others, or no room for them. */
  readonly restLines: number;
  readonly hasShare: boolean;
}

export interface TilemapTexts {
  /** Of the grid of tiles. */
  readonly columns: number;
  readonly lines: number;
  readonly names: readonly string[];
  readonly figures: readonly string[];
  /** The length of the ranking. */
  readonly entries: number;
  /** `true` where something is not on the map, which a line below the tiles tells. */
  readonly hasOutside: boolean;
  /** `true` where a line above the ranking tells what its arrows are held against. */
  readonly hasSince: boolean;
  /** `true` where letters are read from across a hall. */
  readonly isWall: boolean;
}

export function fitOf(width: number, height: number, texts: TilemapTexts): TilemapFit {
  const foot = FOOT_EM + (texts.hasOutside ? OUTSIDE_EM : 0);
  const room = Math.max(0, height - foot);
  const least = leastOf(texts);
  const isWide = width > height * WIDE
    && cell(width - RANKING_EM_MIN - BESIDE_GAP_EM, texts.columns) >= least * widest(texts.names) + PAD_EM;
  const beside = isWide ? Math.min(RANKING_EM_MAX, Math.max(RANKING_EM_MIN, width * 0.34)) : 0;
  const below = cell(room * TILES_SHARE, texts.lines);
  const hasBelow = room * (1 - TILES_SHARE) >= RANK_LINE_EM * RANKING_LINES_MIN && below >= least * LINE;
  const wide = cell(isWide ? width - beside - BESIDE_GAP_EM : width, texts.columns);
  const high = isWide || !hasBelow ? cell(room, texts.lines) : below;
  const tileHeight = Math.min(high, wide / SHAPE_MIN);
  const text = textsOf(Math.min(wide, high * SHAPE_MAX), tileHeight, texts);
  const flat = text.figure === null ? flatOf(Math.min(wide, high * FLAT_SHAPE_MAX), tileHeight, texts) : null;
  const tileWidth = Math.min(wide, high * (flat === null ? SHAPE_MAX : FLAT_SHAPE_MAX));
  const used = (tileHeight + GAP_EM) * texts.lines;
  const left = isWide ? height : height - used - foot - BELOW_GAP_EM;
  const ranking = rankingOf(isWide ? beside : width, left, texts);
  return { isWide, tileWidth, tileHeight, ...flat ?? text, ranking };
}

/** The size of one of so many tiles beside each other. */
function cell(whole: number, count: number): number {
  return Math.max(0.5, (whole + GAP_EM) / count - GAP_EM);
}

function widest(texts: readonly string[]): number {
  return Math.max(1, ...texts.map(textEm));
}

function leastOf({ isWall }: TilemapTexts): number {
  return isWall ? WALL_LETTERS_EM_MIN : LETTERS_EM_MIN;
}

/** Names as large as they fit above the figures, and alone where figures do not fit. */
function textsOf(width: number, height: number, texts: TilemapTexts) {
  const least = leastOf(texts);
  const inner = width - PAD_EM;
  const name = (room: number) => Math.min(NAME_EM_MAX, Math.max(least, Math.min(room, inner / widest(texts.names))));
  const figure = Math.min(FIGURE_EM_MAX, height * 0.3, inner / widest(texts.figures));
  return figure < least ? { name: name(height * 0.6), figure: null, isFlat: false } : { name: name(height * 0.38), figure, isFlat: false };
}

/** Names and figures beside each other; `null` means that they have no room. */
function flatOf(width: number, height: number, texts: TilemapTexts) {
  const both = widest(texts.names) + FLAT_GAP_EM + widest(texts.figures);
  const size = Math.min(NAME_EM_MAX, height * 0.6, (width - PAD_EM) / both);
  return size < leastOf(texts) ? null : { name: size, figure: size, isFlat: true };
}

function rankingOf(width: number, height: number, { entries, hasSince }: TilemapTexts): RankingFit {
  const lines = Math.floor(height / RANK_LINE_EM + 1e-6);
  const columns = Math.max(1, Math.floor(width / RANKING_COLUMN_EM));
  const hasShare = width / columns >= 17;
  if (lines < RANKING_LINES_MIN) return { width, columns, top: 0, restLines: 0, hasShare };
  const free = lines - (hasSince ? 1 : 0);
  if (entries <= free * columns) return { width, columns, top: entries, restLines: 0, hasShare };
  const restLines = free >= 9 ? 3 : free >= 5 ? 2 : 1;
  // A line between both tells how many there are below.
  const top = Math.max(0, free - restLines - 1) * columns;
  return { width, columns, top, restLines, hasShare };
}
