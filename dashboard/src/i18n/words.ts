// Every word of the page, in both languages.
//
// `Words` is the type of the Chinese dictionary: a word that is missing in
// English does not compile, nor does a code of the host that only one dictionary
// has. No word of a business is here: titles and labels come from the plugins'
// descriptors.
import type { Cause, Text } from "../wire/shapes";
import { en } from "./en";
import { zh, type Words } from "./zh";

export type { Words };
export type Lang = "zh" | "en";

export const WORDS: Readonly<Record<Lang, Words>> = { zh, en };

/** The text of a descriptor in the page's language. */
export function say(text: Text, lang: Lang): string {
  return text[lang];
}

/** The page's own words for a cause; the host's message where the page has none. */
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
