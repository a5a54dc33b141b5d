// Lines of cells as a file for other programs. Pure.

/** With it, spreadsheets read the text as UTF-8. */
const BYTE_ORDER_MARK = "\ufeff";

export function csvOf(lines: readonly (readonly string[])[]): string {
  return BYTE_ORDER_MARK + lines.map((line) => `${line.map(cell).join(",")}\r\n`).join("");
}

/** Every digit; empty where a figure is not known. */
export function exact(value: number | null): string {
  return value === null ? "" : String(value);
}

/** Texts that a spreadsheet would take for formulas begin with an apostrophe; numbers stay numbers. */
function cell(text: string): string {
  const isNumber = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/u.test(text);
  const safe = !isNumber && /^[=+\-@\t\r]/u.test(text) ? `'${text}` : text;
  return /[",\r\n]/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
