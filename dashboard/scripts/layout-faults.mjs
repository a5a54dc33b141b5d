// The faults of a page's layout that a reader would see: texts and controls over each
// other, and whatever is cut without a mark. A mark is an ellipsis with the whole text in
// a title, or a place that scrolls. Tests and pictures share this check.
//
// Texts on a canvas are no part of the document, so the page is made to note them as they
// are drawn: `open` a page only after `watchCanvas`.

/** @typedef {import("playwright-core").Page} Page */

/** Notes what is written on each canvas since it was last cleared, until it is told not to. @param {Page} page */
export function watchCanvas(page) {
  return page.addInitScript(() => {
    const notes = new WeakMap();
    Object.assign(globalThis, { canvasTexts: (/** @type {HTMLCanvasElement} */ canvas) => notes.get(canvas) ?? [] });
    const proto = CanvasRenderingContext2D.prototype;
    const { clearRect, fillText } = proto;
    proto.clearRect = function clear(x, y, width, height) {
      if (width >= this.canvas.width || height >= this.canvas.height) notes.set(this.canvas, []);
      clearRect.call(this, x, y, width, height);
    };
    proto.fillText = function write(text, x, y, max) {
      const { actualBoundingBoxLeft, actualBoundingBoxRight, actualBoundingBoxAscent, actualBoundingBoxDescent }
        = this.measureText(text);
      const matrix = this.getTransform();
      const corners = [[-actualBoundingBoxLeft, -actualBoundingBoxAscent], [actualBoundingBoxRight, -actualBoundingBoxAscent],
        [actualBoundingBoxRight, actualBoundingBoxDescent], [-actualBoundingBoxLeft, actualBoundingBoxDescent]]
        .map(([dx = 0, dy = 0]) => matrix.transformPoint({ x: x + dx, y: y + dy }))
        .map((point) => [point.x / this.canvas.width, point.y / this.canvas.height]);
      const known = notes.get(this.canvas) ?? [];
      known.push({ text, corners, px: Number.parseFloat(/(\d+(?:\.\d+)?)px/u.exec(this.font)?.[1] ?? "0") * Math.hypot(matrix.b, matrix.d) });
      notes.set(this.canvas, known);
      if (max === undefined) fillText.call(this, text, x, y);
      else fillText.call(this, text, x, y, max);
    };
  });
}

/** A line for each fault that is seen now. @param {Page} page @returns {Promise<string[]>} */
export function layoutFaults(page) {
  return page.evaluate(async () => {
    // A page that has got another size is drawn anew with the frames that follow.
    for (let frame = 0; frame < 4; frame += 1) await new Promise((drawn) => { requestAnimationFrame(drawn); });
    // What is on its way is looked at where it comes to rest.
    for (const animation of document.getAnimations()) {
      if (Number.isFinite(animation.effect?.getComputedTiming().endTime)) animation.finish();
    }
    /** @typedef {{ left: number, top: number, right: number, bottom: number }} Box */
    /** @typedef {{ name: string, element: Element, box: Box, shape: number[][], isText: boolean }} Piece */
    /** Parts of a pixel, and the edges of letters. */
    const SLACK_PX = 1.5;
    /** A chart in less room than this, in multiples of the text size, tells nothing. */
    const CHART_EM_MIN = 4;
    const SLIDER_PX_MIN = 80;
    /** The inner radius of a ring, as in charts/ring.ts. */
    const HOLE = 0.64;
    /** @type {string[]} */
    const faults = [];

    const isSeen = (/** @type {Element} */ element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
      && element.closest(".unseen, [inert]") === null;
    const nameOf = (/** @type {Element} */ element) => {
      const part = element.closest("[data-panel], [data-tile], .ops-card, .page-head, .accounting, .notice, dialog");
      const { panel, tile, testid } = part instanceof HTMLElement ? part.dataset : {};
      return `${panel ?? tile ?? testid ?? part?.className ?? "page"} ${element.tagName.toLowerCase()}.${String(element.getAttribute("class") ?? "")}`;
    };
    const quoted = (/** @type {string} */ text) => `"${text.trim().slice(0, 30)}"`;
    /** @type {(a: Box, b: Box) => Box} */
    const meet = (a, b) => ({
      left: Math.max(a.left, b.left), top: Math.max(a.top, b.top),
      right: Math.min(a.right, b.right), bottom: Math.min(a.bottom, b.bottom),
    });
    const isEmpty = (/** @type {Box} */ box) => box.right - box.left <= SLACK_PX || box.bottom - box.top <= SLACK_PX;
    const corners = (/** @type {Box} */ { left, top, right, bottom }) => [[left, top], [right, top], [right, bottom], [left, bottom]];

    /** The box that an element cuts its content to, and the way in which it tells; `null` cuts nothing. @param {Element} element */
    function clipOf(element) {
      const style = getComputedStyle(element);
      const isContained = /strict|content|paint/u.test(style.contain);
      const clips = [style.overflowX, style.overflowY].map((overflow) => overflow !== "visible" || isContained);
      if (!clips.includes(true)) return null;
      const { left, top, right, bottom } = element.getBoundingClientRect();
      const scrolls = [style.overflowX, style.overflowY].some((overflow) => overflow === "auto" || overflow === "scroll");
      const isEllipsis = style.textOverflow === "ellipsis" || !["none", ""].includes(style.webkitLineClamp);
      return {
        box: {
          left: clips[0] ? left : -Infinity, right: clips[0] ? right : Infinity,
          top: clips[1] ? top : -Infinity, bottom: clips[1] ? bottom : Infinity,
        },
        isMarked: scrolls || (isEllipsis && element.closest("[title]:not([title=''])") !== null),
      };
    }

    /** What is seen of a box; a part that is missing without a mark is a fault. @param {Box} whole @param {Element} of @param {string} text */
    function seen(whole, of, text) {
      let box = whole;
      let isMarked = false;
      for (let at = /** @type {Element | null} */ (of); at !== null && at !== document.body; at = at.parentElement) {
        const clip = clipOf(at);
        if (clip !== null) {
          const rest = meet(box, clip.box);
          const isCut = rest.left > box.left + SLACK_PX || rest.right < box.right - SLACK_PX
            || rest.top > box.top + SLACK_PX || rest.bottom < box.bottom - SLACK_PX;
          if (isCut && !clip.isMarked && !isMarked) faults.push(`cut: ${quoted(text)} of ${nameOf(of)} by ${nameOf(at)}`);
          isMarked ||= clip.isMarked;
          box = rest;
        }
        if (getComputedStyle(at).position === "fixed") break;
      }
      return box;
    }

    /** @type {Piece[]} */
    const pieces = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node.parentElement;
      const text = node.textContent ?? "";
      if (element === null || text.trim() === "" || element.closest("option, title, script, style") !== null || !isSeen(element)) continue;
      if (text.trim().endsWith("…") && element.closest("[title]:not([title=''])") === null) {
        faults.push(`cut: ${quoted(text)} of ${nameOf(element)} by its words`);
      }
      const range = document.createRange();
      range.selectNodeContents(node);
      // The letters themselves: the box of a line has room above and below them.
      const half = parseFloat(getComputedStyle(element).fontSize) * 0.38;
      for (const { left, right, top, bottom } of range.getClientRects()) {
        const middle = (top + bottom) / 2;
        const box = seen({ left, right, top: middle - half, bottom: middle + half }, element, text);
        if (!isEmpty(box)) pieces.push({ name: `${quoted(text)} of ${nameOf(element)}`, element, box, shape: corners(box), isText: true });
      }
    }
    for (const element of document.querySelectorAll("button, select, input, a[href]")) {
      if (!isSeen(element)) continue;
      const { left, right, top, bottom } = element.getBoundingClientRect();
      const box = seen({ left, right, top, bottom }, element, element.getAttribute("aria-label") ?? "");
      if (!isEmpty(box)) pieces.push({ name: nameOf(element), element, box, shape: corners(box), isText: false });
      checkControl(element, right - left);
    }
    for (const canvas of document.querySelectorAll("canvas")) {
      if (!isSeen(canvas)) continue;
      const place = canvas.getBoundingClientRect();
      const texts = /** @type {{ canvasTexts?: (canvas: HTMLCanvasElement) => { text: string, corners: number[][] }[] }} */ (globalThis)
        .canvasTexts?.(canvas) ?? [];
      for (const { text, corners } of texts) {
        const shape = corners.map(([x = 0, y = 0]) => [place.left + x * place.width, place.top + y * place.height]);
        const [xs, ys] = [0, 1].map((axis) => shape.map((point) => point[axis] ?? 0));
        const box = {
          left: Math.min(...xs ?? []), right: Math.max(...xs ?? []), top: Math.min(...ys ?? []), bottom: Math.max(...ys ?? []),
        };
        const rest = meet(box, place);
        const isCut = rest.left > box.left + SLACK_PX || rest.right < box.right - SLACK_PX
          || rest.top > box.top + SLACK_PX || rest.bottom < box.bottom - SLACK_PX;
        if (isCut) faults.push(`cut: ${quoted(text)} by the canvas of ${nameOf(canvas)}`);
        pieces.push({ name: `${quoted(text)} on the canvas of ${nameOf(canvas)}`, element: canvas, box, shape, isText: true });
      }
    }

    /** A control with nothing in it, with less than its text, or too small to be used. @param {Element} element @param {number} width */
    function checkControl(element, width) {
      if (element instanceof HTMLInputElement && element.type === "range" && width < SLIDER_PX_MIN) {
        faults.push(`small: a slider of ${Math.round(width)} px, ${nameOf(element)}`);
      }
      if (!(element instanceof HTMLSelectElement)) return;
      const chosen = element.selectedOptions[0]?.textContent ?? "";
      if (chosen === "") faults.push(`empty: ${nameOf(element)}`);
      const style = getComputedStyle(element);
      const pen = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
      pen.font = style.font;
      const em = parseFloat(style.fontSize);
      const room = element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - em;
      const isMarked = style.textOverflow === "ellipsis" && element.title.includes(chosen);
      if (pen.measureText(chosen).width > room + em * 0.3 && !isMarked) {
        faults.push(`cut: ${quoted(chosen)} in ${nameOf(element)}, ${Math.round(room)} px`);
      }
    }

    /** `true` where a line keeps two convex shapes apart. @param {number[][]} a @param {number[][]} b */
    function isApart(a, b) {
      return [a, b].some((shape) => shape.some(([x = 0, y = 0], i) => {
        const [nextX = 0, nextY = 0] = shape[(i + 1) % shape.length] ?? [];
        const length = Math.hypot(nextX - x, nextY - y);
        if (length === 0) return false;
        const [normalX, normalY] = [(nextY - y) / length, (x - nextX) / length];
        const [first, second] = [a, b].map((points) => points.map(([px = 0, py = 0]) => px * normalX + py * normalY));
        return Math.max(...first ?? []) < Math.min(...second ?? []) + SLACK_PX || Math.max(...second ?? []) < Math.min(...first ?? []) + SLACK_PX;
      }));
    }

    pieces.sort((a, b) => a.box.top - b.box.top);
    pieces.forEach((a, i) => {
      for (let j = i + 1; j < pieces.length; j += 1) {
        const b = /** @type {Piece} */ (pieces[j]);
        if (b.box.top > a.box.bottom) break;
        // A text lies in its own control; what is on one canvas has no such order.
        const isWithin = a.element !== b.element ? a.element.contains(b.element) || b.element.contains(a.element) : !(a.element instanceof HTMLCanvasElement);
        if (isWithin || a.box.right <= b.box.left || b.box.right <= a.box.left || isApart(a.shape, b.shape)) continue;
        faults.push(`overlap: ${a.name} / ${b.name}`);
      }
    });

    for (const { box, name, element } of pieces) {
      if (box.left < -SLACK_PX || box.right > innerWidth + SLACK_PX) faults.push(`outside: ${name}`);
      const part = element.closest(".panel, .tile, .ops-card, .notice")?.getBoundingClientRect();
      if (part !== undefined && element.closest(".menu") === null
        && (box.left < part.left - SLACK_PX || box.right > part.right + SLACK_PX || box.top < part.top - SLACK_PX || box.bottom > part.bottom + SLACK_PX)) {
        faults.push(`outside of its part: ${name}`);
      }
    }
    for (const spark of document.querySelectorAll(".spark")) {
      if (!isSeen(spark)) continue;
      const line = spark.getBoundingClientRect();
      for (const { box, name, element } of pieces) {
        if (spark.parentElement?.contains(element) && !isEmpty(meet(box, line))) faults.push(`line through words: ${name}`);
      }
    }
    for (const host of document.querySelectorAll(".chart-host")) {
      if (!isSeen(host)) continue;
      const em = parseFloat(getComputedStyle(host).fontSize);
      const { width, height, left, top } = host.getBoundingClientRect();
      if (Math.min(width, height) < em * CHART_EM_MIN) faults.push(`no room: ${Math.round(width)}x${Math.round(height)} px for the chart of ${nameOf(host)}`);
      const hole = host.parentElement?.querySelector(".ring-hole");
      if (!hole || !isSeen(hole)) continue;
      const radius = Math.min(width, height) / 2 * HOLE;
      for (const { shape, name, element } of pieces) {
        if (hole.contains(element) && shape.some(([x = 0, y = 0]) => Math.hypot(x - left - width / 2, y - top - height / 2) > radius)) {
          faults.push(`across the ring: ${name}`);
        }
      }
    }
    const counts = [...document.querySelectorAll(".legend")].filter(isSeen)
      .map((legend) => [...legend.querySelectorAll(".legend-value")].some(isSeen));
    if (new Set(counts).size > 1) faults.push("counts stand beside one ring and not beside its twin");
    if (document.documentElement.scrollWidth > innerWidth) faults.push(`the page is ${document.documentElement.scrollWidth} px wide in ${innerWidth}`);
    return [...new Set(faults)];
  });
}
