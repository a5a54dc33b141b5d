// A finger that taps, told at once: what hears taps by their clicks may be busy meanwhile.

/** A finger that moves further, or stays for longer, does not tap. */
const TAP_PX_MAX = 12;
const TAP_MS_MAX = 800;

/** Calls with the place of each tap, from the upper left of the element. */
export function onTap(element: HTMLElement, tapped: (at: [number, number]) => void): void {
  let down: PointerEvent | null = null;
  element.addEventListener("pointerdown", (event) => { down = event.pointerType === "touch" && event.isPrimary ? event : null; });
  element.addEventListener("pointercancel", () => { down = null; });
  element.addEventListener("pointerup", (event) => {
    const from = down;
    down = null;
    if (from === null || from.pointerId !== event.pointerId || event.timeStamp - from.timeStamp > TAP_MS_MAX) return;
    if (Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY) > TAP_PX_MAX) return;
    const { left, top } = element.getBoundingClientRect();
    tapped([event.clientX - left, event.clientY - top]);
  });
}
