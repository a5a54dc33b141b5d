// What dialogs have in common: they keep the focus until they are closed, and
// the element that had it gets it back.
import { h } from "./element";

const FOCUSABLE = 'button, [href], input, select, [tabindex="0"]';

export function modal(name: string, ...children: readonly Node[]): HTMLDialogElement {
  const dialog = h("dialog",
    { class: `dialog ${name}`, "aria-labelledby": `${name}-title`, "data-testid": `${name}-dialog` }, ...children);
  dialog.addEventListener("click", (event) => {
    // Only what lies outside of its content is the dialog itself.
    if (event.target === dialog) dialog.close();
  });
  // A modal dialog already makes the rest inert; the browser's own bars are left out as well.
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Tab") return;
    event.preventDefault();
    const stops = [...dialog.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((each) => each.offsetParent !== null);
    const at = stops.findIndex((each) => each === document.activeElement);
    stops.at((at + (event.shiftKey ? -1 : 1)) % stops.length)?.focus();
  });
  return dialog;
}
