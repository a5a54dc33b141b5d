import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { faults, importsOf, LINES_MAX, parseTable } from "./folders";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const README = readFileSync(join(ROOT, "README.md"), "utf8");

function sources(): Map<string, string> {
  const src = join(ROOT, "src");
  return new Map(readdirSync(src, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(?:ts|css)$/u.test(path))
    .map((path) => [path.replaceAll("\\", "/"), readFileSync(join(src, path), "utf8")]));
}

describe("the page", () => {
  it("keeps to the table of its folders", () => {
    expect(faults(README, sources())).toEqual([]);
  });

  it("is read as a whole", () => {
    const files = sources();
    expect(files.size).toBeGreaterThan(80);
    expect(parseTable(README).map(({ folder }) => folder)).toContain("data/");
    const arrows = [...files].reduce((sum, [path, text]) => sum + importsOf(path, text).length, 0);
    expect(arrows).toBeGreaterThan(300);
  });
});

describe("a rule is broken by", () => {
  const TABLE = `
| folder | holds | may import |
|---|---|---|
| \`low/\` | pure: figures | nothing |
| \`high/\` | charts | \`low/\`, \`echarts\` |
| \`main.ts\` | the start | \`high/\` |
`;
  const sound = {
    "low/a.ts": "export const a = 1;", "high/b.ts": 'import { a } from "../low/a";\nimport { init } from "echarts/core";',
    "main.ts": 'import "./high/b";',
  };
  const of = (files: Record<string, string>, readme = TABLE) => faults(readme, new Map(Object.entries({ ...sound, ...files })));

  it("nothing that keeps to it", () => {
    expect(of({})).toEqual([]);
  });

  it.each([
    ["a value", 'import { b } from "../high/b";', "high/b.ts"],
    ["a type", 'import type { B } from "../high/b";', "high/b.ts"],
    ["several lines", 'import {\n  b,\n  c,\n} from "../high/b";', "high/b.ts"],
    ["what is passed on", 'export { b } from "../high/b";', "high/b.ts"],
    ["all that is passed on", 'export * from "../high/b";', "high/b.ts"],
    ["a side effect", 'import "../high/b";', "high/b.ts"],
    ["a type in place", 'export type B = import("../high/b").B;', "high/b.ts"],
    ["a sheet", 'import "../high/b.css";', "high/b.css"],
    ["a package", 'import { init } from "echarts/core";', "echarts"],
  ])("an arrow back by %s", (_name, text, target) => {
    expect(of({ "low/x.ts": text })).toContain(`arrow: low/x.ts -> ${target}`);
  });

  it("an arrow that leaves out a floor", () => {
    expect(of({ "main.ts": 'import { a } from "./low/a";' })).toEqual(["arrow: main.ts -> low/a.ts"]);
  });

  it("a circle between files of one folder, also of types only", () => {
    expect(of({
      "low/x.ts": 'import { y } from "./y";', "low/y.ts": 'import { z } from "./z";',
      "low/z.ts": 'import type { X } from "./x";',
    })).toEqual(["circle: low/x.ts -> low/y.ts -> low/z.ts -> low/x.ts"]);
  });

  it("a long file, unless nobody writes it", () => {
    const long = (lines: number) => Array.from({ length: lines }, () => "// line").join("\n");
    expect(of({ "low/x.ts": `${long(LINES_MAX)}\n` })).toEqual([]);
    expect(of({ "low/x.ts": long(LINES_MAX + 1) })).toEqual([`low/x.ts has ${LINES_MAX + 1} lines, more than ${LINES_MAX}`]);
    expect(of({ "wire.generated.ts": long(LINES_MAX + 1) })).toEqual(["not in the table: wire.generated.ts"]);
  });

  it("a folder that is missing in the table, or in it only", () => {
    expect(of({ "new/x.ts": "" })).toEqual(["not in the table: new/"]);
    expect(faults(TABLE, new Map([["low/a.ts", ""], ["main.ts", ""]]))).toEqual(["in the table only: high/"]);
  });

  it("a table that allows an arrow back", () => {
    expect(of({}, TABLE.replace("figures | nothing", "figures | `high/`")))
      .toEqual(["the table lets low/ import the later high/"]);
  });

  it("a README without the table", () => {
    expect(of({}, "# Words")).toHaveLength(1);
  });

  it.each(["document.title", "localStorage.length", "fetch(\"x\")", "Date.now()", "Math.random", "new Date()", "setTimeout(f, 1)"])(
    "a pure file that uses %s", (use) => {
      expect(of({ "low/x.ts": `const x = ${use};` })).toHaveLength(1);
      expect(of({ "low/x.ts": `// ${use}\n/* ${use} */` })).toEqual([]);
      expect(of({ "high/x.ts": `const x = ${use};` })).toEqual([]);
    });
});
