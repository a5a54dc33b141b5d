// A dialog: the dialog keeps the focus until it is closed, and the element that had
// the focus gets it back.
import { h } from "./element";

const FOCUSABLE = 'button, [href], input, select, [tabindex="0"]';

export function modal(name: string, ...children: readonly Node[]): HTMLDialogElement {
  const dialog = h("dialog",
    { class: `dialog surface ${name}`, "aria-labelledby": `${name}-title`, "data-testid": `${name}-dialog` }, ...children);
  // A tap that opened the dialog ends as a click on it, which must not close it.
  let isPressed = false;
  dialog.addEventListener("pointerdown", (event) => { isPressed = event.target === dialog; });
  dialog.addEventListener("click", (event) => {
    // The target of a click is the dialog itself only outside of its content.
    if (event.target === dialog && isPressed) dialog.close();
    isPressed = false;
  });
  // A modal dialog makes the rest of the page inert; Tab leaves out the browser's own bars as well.
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Tab") return;
    event.preventDefault();
    const stops = [...dialog.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((each) => each.offsetParent !== null);
    const at = stops.findIndex((each) => each === document.activeElement);
    stops.at((at + (event.shiftKey ? -1 : 1)) % stops.length)?.focus();
  });
  return dialog;
}
