// The rules of the folders in `src`, as a pure function of the README and of all
// files: the test reads the disk, and each rule is broken on purpose.

/** Longer files are two. */
export const LINES_MAX = 400;
/** The only file that nobody writes by hand. */
const GENERATED = "wire.generated.ts";
const HEAD = "| folder | holds | may import |";

/** A row of the table: a folder with its slash, or a file beside the folders. */
interface Row {
  readonly folder: string;
  readonly isPure: boolean;
  readonly mayImport: readonly string[];
}

/** The browser, clocks and chance, which a pure file does not use. */
const IMPURE = /\b(?:document|localStorage|sessionStorage|location|navigator|history|performance|fetch|setTimeout|setInterval|requestAnimationFrame|matchMedia)\b(?=[.(])|\bnew Date\(\)|\bDate\.now\b|\bMath\.random\b/u;

/** Every breach of a rule in one line; `files` are texts by their path in `src`. */
export function faults(readme: string, files: ReadonlyMap<string, string>): string[] {
  const table = parseTable(readme);
  if (table.length === 0) return [`README.md has no table that begins with "${HEAD}"`];
  return [
    ...tableFaults(table, files),
    ...[...files].flatMap(([path, text]) => fileFaults(path, text, table)),
    ...arrowFaults(table, files),
    ...circles(files).map((circle) => `circle: ${circle.join(" -> ")}`),
  ];
}

export function parseTable(readme: string): readonly Row[] {
  const lines = readme.split("\n");
  const head = lines.indexOf(HEAD);
  if (head < 0) return [];
  const rest = lines.slice(head + 2);
  const end = rest.findIndex((line) => !line.startsWith("|"));
  return rest.slice(0, end < 0 ? rest.length : end).map((line) => {
    const [folder = "", holds = "", imports = ""] = line.split("|").slice(1).map((cell) => cell.trim());
    return { folder: named(folder)[0] ?? "", isPure: holds.startsWith("pure:"), mayImport: named(imports) };
  });
}

/** The texts between backticks. */
function named(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/gu)].map(([, name = ""]) => name);
}

/** A folder imports only from earlier rows, so the table itself has no circle. */
function tableFaults(table: readonly Row[], files: ReadonlyMap<string, string>): string[] {
  const folders = new Set([...files.keys()].map(folderOf));
  const known = table.map(({ folder }) => folder);
  return [
    ...[...folders].filter((folder) => !known.includes(folder)).map((folder) => `not in the table: ${folder}`),
    ...known.filter((folder) => !folders.has(folder)).map((folder) => `in the table only: ${folder}`),
    ...table.flatMap(({ folder, mayImport }, at) => mayImport
      .filter((other) => known.indexOf(other) >= at)
      .map((other) => `the table lets ${folder} import the later ${other}`)),
  ];
}

function fileFaults(path: string, text: string, table: readonly Row[]): string[] {
  const lines = text.trimEnd().split("\n").length;
  const isPure = table.some((row) => row.isPure && row.folder === folderOf(path));
  const impure = isPure ? IMPURE.exec(withoutComments(text))?.[0] : undefined;
  return [
    ...(lines > LINES_MAX && path !== GENERATED ? [`${path} has ${lines} lines, more than ${LINES_MAX}`] : []),
    ...(impure === undefined ? [] : [`${path} is pure and uses ${impure}`]),
  ];
}

function arrowFaults(table: readonly Row[], files: ReadonlyMap<string, string>): string[] {
  return [...files].flatMap(([path, text]) => {
    const from = folderOf(path);
    const allowed = [from, ...table.find((row) => row.folder === from)?.mayImport ?? []];
    return importsOf(path, text)
      .filter((target) => !allowed.includes(folderOf(target)))
      .map((target) => `arrow: ${path} -> ${target}`);
  });
}

/** Paths in `src` and names of packages, of values and of types alike. */
export function importsOf(path: string, text: string): readonly string[] {
  if (!path.endsWith(".ts")) return [];
  const code = withoutComments(text);
  const found = [
    ...code.matchAll(/\b(?:import|export)\s(?:[^"';]*?\s)?from\s*["']([^"']+)["']/gu),
    ...code.matchAll(/\bimport\s*\(?\s*["']([^"']+)["']/gu),
  ];
  return found.map(([, target = ""]) => resolve(path, target));
}

function resolve(path: string, target: string): string {
  if (!target.startsWith(".")) return target.split("/", 1)[0] ?? target;
  const parts = path.split("/").slice(0, -1);
  for (const part of target.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  const file = parts.join("/");
  return /\.(?:ts|css)$/u.test(file) ? file : `${file}.ts`;
}

/** The folder of a file with its slash; files beside the folders, and packages, are their own. */
function folderOf(path: string): string {
  const at = path.indexOf("/");
  return at < 0 ? path : path.slice(0, at + 1);
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gmu, "");
}

/** Each circle once, from its first file by name. */
function circles(files: ReadonlyMap<string, string>): string[][] {
  const arrows = new Map([...files].map(([path, text]) =>
    [path, importsOf(path, text).filter((target) => files.has(target))]));
  const done = new Set<string>();
  const found: string[][] = [];
  const visit = (path: string, way: readonly string[]): void => {
    const at = way.indexOf(path);
    if (at >= 0) found.push([...way.slice(at), path]);
    if (at >= 0 || done.has(path)) return;
    for (const next of arrows.get(path) ?? []) visit(next, [...way, path]);
    done.add(path);
  };
  for (const path of [...files.keys()].sort()) visit(path, []);
  return found;
}
