// The place of a key over the last windows, as a picture.
import type { Context } from "../data/context";
import { h, setText } from "../dom/element";
import { rankPlot } from "../plots/rank-plot";
import { axes, Plot, svg } from "../plots/svg";
import type { RankModel } from "./key-card-model";

const WIDTH_MIN = 60;
const HEIGHT_MIN = 30;

export class RankView {
  readonly #title = h("h3");
  readonly #plot = new Plot();
  readonly element = h("div", { class: "rank" }, this.#title, this.#plot.element);

  update(model: RankModel, ctx: Context): void {
    setText(this.#title, `${ctx.words.keyCard.ranks} · ${model.now}`);
    const { box } = this.#plot;
    if (box.width < WIDTH_MIN || box.height < HEIGHT_MIN) return;
    const plot = rankPlot(model.steps, box);
    this.#plot.draw([
      ...axes(plot),
      svg("path", { class: "rank-line", d: plot.path }),
      ...plot.dots.map(({ x, y }) => svg("circle", { class: "rank-dot", cx: x, cy: y, r: Math.max(2, box.fontPx * 0.16) })),
      ...plot.bands.map(({ x, width }, i) => {
        const band = svg("rect", { x, y: 0, width, height: plot.bottom, class: "trend-band" });
        band.append(svg("title", {}, model.steps[i]?.words ?? ""));
        return band;
      }),
    ], model.spoken);
  }
}
