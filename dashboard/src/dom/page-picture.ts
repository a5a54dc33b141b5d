// The whole page as a picture, from top to bottom, as it is seen.
//
// The document is written into an SVG with its styles, and canvases as images; the browser
// draws that in pieces of the window's height, so that sizes that follow from the window are
// those of the page. A browser that does not give such a picture back says so.

const SVG = "http://www.w3.org/2000/svg";
const XHTML = "http://www.w3.org/1999/xhtml";
/** A page is no longer than so many windows. */
const PIECES_MAX = 12;
/** The longest side that browsers draw. */
const PIXELS_MAX = 16_000;

/** Rejects where the browser does not draw it. Elements that match `without` are left out. */
export async function pagePicture(without: string): Promise<Blob> {
  const [width, height] = [innerWidth, innerHeight];
  const whole = Math.min(document.documentElement.scrollHeight, height * PIECES_MAX);
  const scale = Math.max(1, Math.min(devicePixelRatio, PIXELS_MAX / Math.max(whole, width)));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(whole * scale);
  const to = canvas.getContext("2d");
  if (to === null) throw new Error("the browser gives no canvas");
  to.scale(scale, scale);
  const page = pageMarkup(without);
  for (let top = 0; top < whole; top += height) {
    const image = await loaded(pieceOf(page, width, height, top));
    to.drawImage(image, 0, top, width, height);
  }
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => { if (blob === null) reject(new Error("no picture")); else resolve(blob); }, "image/png");
  });
}

function pieceOf(page: string, width: number, height: number, top: number): string {
  const root = document.documentElement;
  // Sizes in rem follow the root, which is the picture.
  const { fontSize } = getComputedStyle(root);
  const own = attributesOf(root, { style: `${root.style.cssText}; font-size: ${fontSize}; margin-top: ${-top}px; height: ${root.scrollHeight}px` });
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(
    `<svg xmlns="${SVG}" style="font-size: ${fontSize}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`
    + `<foreignObject x="0" y="0" width="${width}" height="${height}"><html xmlns="${XHTML}"${own}>${page}</html></foreignObject></svg>`)}`;
}

/** Styles and body. */
function pageMarkup(without: string): string {
  const styles = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules].map(({ cssText }) => cssText));
  const still = "* { animation: none !important; transition: none !important; scrollbar-width: none; } html { overflow: hidden; } body { background: var(--bg) !important; }";
  // Within the picture the document is not the root.
  const css = [...styles, still].join("\n").replaceAll(":root", "html");
  return `<head><style>${escaped(css)}</style></head>${markupOf(document.body, `script, noscript, dialog, .chart-tip, [hidden], ${without}`)}`;
}

/** An element as XML: what is not in its text, such as the pixels of a canvas, is written into it. */
function markupOf(element: Element, without: string): string {
  if (element.matches(without)) return "";
  const name = element.localName;
  if (element instanceof HTMLCanvasElement) return `<img${attributesOf(element, { src: element.toDataURL() })}/>`;
  const added = {
    ...(element instanceof SVGSVGElement ? { xmlns: SVG } : {}),
    ...(element instanceof HTMLOptionElement && element.selected ? { selected: "" } : {}),
    ...(element instanceof HTMLInputElement && element.type === "range" ? { value: element.value } : {}),
    ...(element instanceof HTMLImageElement ? { src: pixelsOf(element) } : {}),
  };
  const inner = [...element.childNodes].map((node) =>
    (node instanceof Element ? markupOf(node, without) : node instanceof Text ? escaped(node.data) : "")).join("");
  return `<${name}${attributesOf(element, added)}>${inner}</${name}>`;
}

/** A picture within a picture is asked of nobody. */
function pixelsOf(image: HTMLImageElement): string {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width * 2, image.height * 2];
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.width === 0 ? "" : canvas.toDataURL();
}

function attributesOf(element: Element, added: Readonly<Record<string, string>>): string {
  const own = Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value]));
  return Object.entries({ ...own, ...added }).map(([name, value]) => ` ${name}="${escaped(value)}"`).join("");
}

/** Without the characters that XML does not have. */
function escaped(text: string): string {
  return text.replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

async function loaded(address: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
}
