// Every word of the page, in both languages.
//
// `Words` is the type of the Chinese dictionary, so a word that is missing in
// English does not compile, nor one for a code of the host that only one of them has. No word of a business is here: titles and labels
// come from the plugins' descriptors.
import type { PageState } from "../data/page-state";
import { en } from "./en";
import { zh } from "./zh";
import type { Cause, Text } from "../wire/shapes";

export type Lang = "zh" | "en";
export type Words = typeof zh;

export const WORDS: Readonly<Record<Lang, Words>> = { zh, en };

export function words(lang: Lang): Words {
  return WORDS[lang];
}

/** The text of a descriptor in the page's language. */
export function say(text: Text, lang: Lang): string {
  return text[lang];
}

export function stateWord(state: PageState, lang: Lang): string {
  return WORDS[lang].states[state];
}

/** The page's own words for a cause; the host's message where it has none. */
export function causeWords(cause: Cause, lang: Lang): string {
  const known: Record<string, (args: Readonly<Record<string, string>>) => string> =
    WORDS[lang].causes;
  const explain = Object.hasOwn(known, cause.code) ? known[cause.code] : undefined;
  return explain === undefined ? cause.message : explain(cause.args);
}

/** The word for a code of the host; the code itself where the page has none. */
export function codeWord(words: Readonly<Record<string, string>>, code: string): string {
  return Object.hasOwn(words, code) ? words[code] ?? code : code;
}
