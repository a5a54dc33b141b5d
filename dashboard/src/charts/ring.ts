// A ring of shares. The labels are a legend in the document (`panels/legend.ts`),
// where small shares cannot collide; the hole holds the sum.
import { sum, type Row } from "../data/rows";
import type { Chart } from "./chart";
import { STILL } from "./common";
import { colorOf } from "./palette";
import { seen } from "./picture";
import { tooltip } from "./tooltip";

export const ring: Chart = {
  base: (style, rows) => ({
    ...STILL,
    tooltip: {
      ...tooltip(style, () => sum(rows()), (index) => parts(rows())[index]),
      trigger: "item",
    },
    series: [{
      type: "pie",
      radius: ["64%", "92%"],
      center: ["50%", "50%"],
      startAngle: 90,
      label: { show: false },
      labelLine: { show: false },
      itemStyle: { borderColor: style.colors.panel, borderWidth: 2, borderRadius: 3 },
      emphasis: { scale: false, itemStyle: { borderColor: style.colors.text } },
    }],
  }),
  update: (style, rows) => {
    const drawn = parts(rows);
    const around = Math.PI * Math.min(style.width, style.height);
    return {
      axes: {},
      picture: `${drawn.map(({ color }) => color).join(" ")}\n${seen(drawn.map(({ value }) => value), sum(drawn) ?? 0, around)}`,
      series: () => [{
        data: drawn.map((row) => ({
          name: row.label,
          value: row.value ?? 0,
          itemStyle: { color: colorOf(style.colors, row.color) },
        })),
      }],
    };
  },
};

/** The rows that have a part of the ring. */
export function parts(rows: readonly Row[]): readonly Row[] {
  return rows.filter((row) => row.value !== null && row.value > 0);
}
