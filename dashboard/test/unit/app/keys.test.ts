import { describe, expect, it } from "vitest";
import { commandOf } from "../../../src/app/keys";

describe("a key", () => {
  const press = (key: string, more = {}) =>
    commandOf({ key, ctrlKey: false, altKey: false, metaKey: false, repeat: false, ...more });

  it.each([
    ["p", "pause"], ["P", "pause"], ["k", "kiosk"], ["?", "help"], ["Escape", "escape"],
    ["ArrowRight", "next-page"], ["PageDown", "next-page"], ["ArrowLeft", "previous-page"], ["PageUp", "previous-page"],
    ["3", { panel: 2 }], ["0", null], ["Tab", null], ["constructor", null],
  ])("%s", (key, command) => {
    expect(press(key)).toEqual(command);
  });

  it("that belongs to the browser, or is held down, does nothing", () => {
    expect([press("p", { ctrlKey: true }), press("p", { repeat: true })]).toEqual([null, null]);
  });
});
