import { expect, it } from "vitest";
import { Turns } from "../../../src/dom/turns";

/** Drawings that take so many milliseconds each, and what each frame drew. */
function stage() {
  const frames: string[][] = [];
  let asked: (() => void) | null = null;
  let clock = 0;
  const turns = new Turns({
    frame: (act) => {
      expect(asked, "one frame is asked for at a time").toBeNull();
      asked = act;
    },
    now: () => clock,
  });
  const view = (name: string, ms: number) => ({
    draw: () => {
      clock += ms;
      frames.at(-1)?.push(name);
    },
  });
  const next = () => {
    const act = asked;
    asked = null;
    frames.push([]);
    act?.();
    return act !== null;
  };
  return { turns, view, frames, next };
}

it("draws as much in a frame as there is time for, and the rest in those after it", () => {
  const { turns, view, frames, next } = stage();
  for (const [name, ms] of [["a", 3], ["b", 4], ["c", 2], ["d", 20], ["e", 1]] as const) turns.add(view(name, ms));
  while (next());
  expect(frames).toEqual([["a", "b", "c"], ["d"], ["e"], []]);
});

it("keeps the place of who waits already, so that none waits for ever", () => {
  const { turns, view, frames, next } = stage();
  const views = ["a", "b", "c"].map((name) => view(name, 10));
  for (let i = 0; i < 3; i += 1) {
    for (const each of views) turns.add(each);
    next();
  }
  expect(frames).toEqual([["a"], ["b"], ["c"]]);
  while (next());
  expect(frames.flat()).toEqual(["a", "b", "c", "a", "b"]);
});
