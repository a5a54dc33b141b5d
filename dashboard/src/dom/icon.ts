// Icons as elements: drawn with the colour of the text.
import { ICON_PATHS, type Icon } from "../data/icons";

const SVG = "http://www.w3.org/2000/svg";

export function icon(name: Icon): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(SVG, "path"));
  setIcon(svg, name);
  return svg;
}

export function setIcon(svg: SVGSVGElement, name: Icon): void {
  if (svg.dataset["icon"] === name) return;
  svg.dataset["icon"] = name;
  svg.firstElementChild?.setAttribute("d", ICON_PATHS[name]);
}
