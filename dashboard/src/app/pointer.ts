// The pointer on a wall, which is in the way once it has not moved for a while.
import { setAttr } from "../dom/element";

const IDLE_MS = 3000;

export class Pointer {
  #timer: ReturnType<typeof setTimeout> | undefined;

  moved(isKiosk: boolean): void {
    setAttr(document.body, "data-pointer", null);
    clearTimeout(this.#timer);
    if (!isKiosk) return;
    this.#timer = setTimeout(() => setAttr(document.body, "data-pointer", "idle"), IDLE_MS);
  }
}
