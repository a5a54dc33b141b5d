// The room that texts need, without asking the browser: estimates that are rather too
// wide than too narrow. Pure.

/** The widths of characters in multiples of the text size. */
const WIDE_EM = 1;
const SMALL_EM = 0.54;
const LARGE_EM = 0.62;
const THIN_EM = 0.32;
/** Characters from here on are as wide as they are high. */
const WIDE_FROM = 0x2e7f;

/** The width of a text in multiples of its size. */
export function textEm(text: string): number {
  return Array.from(text).reduce((sum, c) => sum + charEm(c), 0);
}

/** The width of the widest name in multiples of its size. */
export function widestName(rows: readonly { readonly label: string }[]): number {
  return Math.max(0, ...rows.map(({ label }) => textEm(label)));
}

/**
 * The lines of a text in that width, broken between words and between wide characters;
 * `null` means that the text needs more than `linesMax` lines or has a longer word.
 */
export function wrapped(text: string, widthEm: number, linesMax: number): readonly string[] | null {
  const lines: string[] = [""];
  for (const word of wordsOf(text)) {
    const line = lines.at(-1) ?? "";
    if (textEm(`${line}${word}`.trim()) <= widthEm) {
      lines[lines.length - 1] = `${line}${word}`;
      continue;
    }
    if (textEm(word.trim()) > widthEm) return null;
    lines.push(word.trimStart());
  }
  const trimmed = lines.map((line) => line.trim()).filter((line) => line !== "");
  return trimmed.length > linesMax ? null : trimmed;
}

/** The pieces between which a line may be broken, each with the space before it. */
function wordsOf(text: string): readonly string[] {
  return text.match(/\s*[\u2e80-\uffff]|\s*[^\s\u2e80-\uffff]+|\s+$/gu) ?? [];
}

function charEm(c: string): number {
  if ((c.codePointAt(0) ?? 0) > WIDE_FROM) return WIDE_EM;
  return /[\s.,:;'|!()]/u.test(c) ? THIN_EM : /\p{Ll}/u.test(c) ? SMALL_EM : LARGE_EM;
}
