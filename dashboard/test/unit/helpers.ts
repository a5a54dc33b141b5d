// What unit tests share: a state as the host's messages leave it.
import type { Context } from "../../src/data/context";
import { decode } from "../../src/wire/decode";
import { createFormat } from "../../src/data/format";
import { words, type Lang } from "../../src/i18n/words";
import { pageState } from "../../src/data/page-state";
import { INITIAL, reduce, type State } from "../../src/data/state";
import { greeting } from "../scripted/script.mjs";

/** Feeds messages to the reducer, all received at one local time. */
export function feed(state: State, at: number, ...messages: readonly unknown[]): State {
  return messages.reduce<State>((next, value) => {
    const message = decode(JSON.stringify(value));
    if (message === null) throw new Error(`not a message: ${JSON.stringify(value)}`);
    return reduce(next, { type: "message", message, at });
  }, state);
}

/** The state after a greeting, received at local time 0. */
export function greeted(script: Parameters<typeof greeting>[0] = {}): State {
  return feed(INITIAL, 0, ...greeting({ now: 1_000_000, ...script }));
}

export function contextOf(state: State, lang: Lang = "zh", now = 0): Context {
  return {
    state, now, lang,
    theme: "dark",
    pause: null,
    kiosk: false,
    page: pageState(state, now),
    words: words(lang),
    format: createFormat(lang, state.hello?.tz ?? "UTC"),
  };
}
