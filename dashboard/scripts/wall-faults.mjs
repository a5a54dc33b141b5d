// The faults of a page on a wall, which nobody scrolls and everybody reads from afar: what is
// not on the screen, letters that are too small, pure white, and what moves all the time.

/** @typedef {import("playwright-core").Page} Page */

/** The least height of letters, as a part of the screen's. */
export const LETTERS_MIN = 0.016;

/** A line for each fault that is seen now; `watchCanvas` of layout-faults.mjs must have been called. @param {Page} page */
export function wallFaults(page) {
  return page.evaluate((lettersMin) => {
    /** @type {string[]} */
    const faults = [];
    const { scrollHeight, scrollWidth } = document.documentElement;
    if (scrollHeight > innerHeight || scrollWidth > innerWidth) faults.push(`scrolls: ${scrollWidth}x${scrollHeight} in ${innerWidth}x${innerHeight}`);
    const isSeen = (/** @type {Element} */ element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
      && element.closest(".unseen, [inert]") === null;
    /** Letters may be cut to whole pixels. */
    const least = lettersMin * innerHeight - 0.5;
    const small = (/** @type {string} */ text, /** @type {number} */ px, /** @type {string} */ where) => {
      if (px < least) faults.push(`small: "${text.trim().slice(0, 24)}" of ${px.toFixed(1)} px in ${where}, ${least.toFixed(1)} wanted`);
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node.parentElement;
      const text = node.textContent ?? "";
      if (element === null || text.trim() === "" || !isSeen(element)) continue;
      const style = getComputedStyle(element);
      small(text, parseFloat(style.fontSize), `${element.tagName.toLowerCase()}.${element.className}`);
      if (style.color === "rgb(255, 255, 255)") faults.push(`white: "${text.trim().slice(0, 24)}"`);
    }
    for (const element of document.querySelectorAll("body *")) {
      if (!isSeen(element)) continue;
      const { backgroundColor, animationIterationCount, animationName } = getComputedStyle(element);
      if (backgroundColor === "rgb(255, 255, 255)") faults.push(`white: the ground of ${element.tagName.toLowerCase()}.${String(element.getAttribute("class"))}`);
      if (animationName !== "none" && animationIterationCount === "infinite") faults.push(`moves all the time: ${String(element.getAttribute("class"))}`);
    }
    for (const canvas of document.querySelectorAll("canvas")) {
      if (!isSeen(canvas)) continue;
      const texts = /** @type {{ canvasTexts?: (canvas: HTMLCanvasElement) => { text: string, px: number }[] }} */ (globalThis)
        .canvasTexts?.(canvas) ?? [];
      const part = canvas.closest("[data-panel]")?.getAttribute("data-panel") ?? "";
      for (const { text, px } of texts) small(text, px * (canvas.clientHeight / canvas.height), `the canvas of ${part}`);
    }
    return [...new Set(faults)];
  }, LETTERS_MIN);
}
