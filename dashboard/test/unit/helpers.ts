// What unit tests share: a state as the host's messages leave it.
import { contextOf as context, type Context } from "../../src/data/context";
import { decode } from "../../src/wire/decode";
import { createFormat } from "../../src/data/format";
import type { Lang } from "../../src/i18n/words";
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
  return context({
    latest: state, now, paused: null, prefs: { lang, theme: "dark" }, kiosk: false,
    format: createFormat(lang, state.hello?.tz ?? "UTC"),
  });
}
