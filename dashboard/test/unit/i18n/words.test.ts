import { describe, expect, it } from "vitest";
import { commandOf } from "../../../src/app/keys";
import { STATE_ICONS } from "../../../src/data/icons";
import type { PageState } from "../../../src/data/page-state";
import { causeWords, codeWord, type Words, WORDS } from "../../../src/i18n/words";

/** All words by their path, with functions called on telling arguments. */
function flatten(value: unknown, path: string): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value === "function") {
    const args = value.length === 1 && path.startsWith("causes") ? [{}] : ["‹0›", "‹1›", "‹2›"];
    return [[path, String((value as (...args: unknown[]) => unknown)(...args))]];
  }
  return Object.entries(value as object)
    .flatMap(([name, inner]) => flatten(inner, path === "" ? name : `${path}.${name}`));
}

const zh = new Map(flatten(WORDS.zh, ""));
const en = new Map(flatten(WORDS.en, ""));
/** Words that say what to press in the other language, for who cannot read this one. */
const CROSSED = ["header.language", "header.languageShort"];

describe("the dictionaries", () => {
  it("have the same words", () => {
    expect([...en.keys()].sort()).toEqual([...zh.keys()].sort());
  });

  it("leave no word empty", () => {
    expect([...zh, ...en].filter(([, word]) => word.trim() === "")).toEqual([]);
  });

  it("use the same arguments in both languages", () => {
    const used = (word: string | undefined) => (word?.match(/‹\d›/gu) ?? []).sort();
    for (const [path, word] of zh) expect([path, used(en.get(path))]).toEqual([path, used(word)]);
  });

  it("keep the English free of Chinese", () => {
    const crossed = [...en].filter(([path, word]) =>
      /\p{Script=Han}/u.test(word) && !CROSSED.includes(path));
    expect(crossed).toEqual([]);
  });

  it("name every state, with an icon", () => {
    for (const state of Object.keys(STATE_ICONS) as PageState[]) {
      expect(WORDS.zh.states[state]).toMatch(/\p{Script=Han}/u);
      expect(WORDS.en.states[state]).toMatch(/^[A-Z]/);
    }
  });
});

describe("a number in words", () => {
  const count = (n: string) => {
    const { details, panels, accounting, ops } = WORDS.en;
    return [
      details.held(n), panels.otherCells(n), panels.more(n), accounting.partitions(n),
      accounting.checkpointFailing(n), accounting.refused(n), ops.gaps(n), ops.workers(n), ops.facts.checkpointFailing(n),
    ];
  };

  it("of one is singular in English, and of none or more plural", () => {
    for (const word of count("1")) expect(word).toMatch(/\b1 [a-z ]*(update|cell|row|partition|checkpoint|message|gap|worker)\b(?!s)/);
    for (const n of ["0", "2", "1,000", "11"]) {
      for (const word of count(n)) expect(word).toMatch(/ ?(updates|cells|rows|partitions|checkpoints|messages|gaps|workers)\b/);
    }
  });
});

describe("the help", () => {
  /** Every key that can be pressed alone and does something. */
  const acting = [...Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)), "Escape"].filter((key) =>
    commandOf({ key, ctrlKey: false, altKey: false, metaKey: false, repeat: false }) !== null);

  it.each(["zh", "en"] as const)("names every key that does something, and no other: %s", (lang) => {
    const named = WORDS[lang].help.keys.map(([key]) => key).filter((key) => key !== "← →")
      .flatMap((key) => (key === "1 – 9" ? Array.from("123456789") : key === "Esc" ? ["Escape"] : [key]));
    expect([...new Set(acting.map((key) => (key.length === 1 ? key.toUpperCase() : key)))].sort()).toEqual(named.sort());
  });
});

describe("a cause", () => {
  const cause = (code: string) => ({
    code, message: "the host's own words", hint: null,
    args: { brokers: "b:9092", topic: "t", partition: "3", from: "10", to: "15", path: "f.csv" },
  });

  it.each([
    ["broker_unreachable", "连不上 Kafka：b:9092", "Kafka cannot be reached at b:9092"],
    ["topic_missing", "主题 t 不存在", "The topic t does not exist"],
    ["log_start_moved", "分区 3 的位点 10 至 15 未读即被删除",
      "Offsets 10 to 15 of partition 3 were deleted before they were read"],
    ["log_end_moved", "分区 3 已读到位点 15，但日志止于 10",
      "Partition 3 was read up to offset 15, but its log ends at 10"],
    ["mostly_late", "bound 为 ? 时过半记录迟到；? 可让 99.9 % 的记录准时",
      "More than half of the records are late with a bound of ?; ? would keep 99.9 % of them on time"],
    ["topic_recreated", "主题已被重建，分区 3 不再是原来的日志",
      "The topic was made anew: partition 3 is another log now"],
    ["file_replaced", "文件 f.csv 已不是读到第 10 条记录的那个文件",
      "The file f.csv is another one than was read up to record 10"],
    ["file_rewritten", "文件 f.csv 已被改写，第 10 条记录之前的内容与读到的不同",
      "The file f.csv was written anew: it no longer holds what was read up to record 10"],
    ["from_the_future", "the host's own words", "the host's own words"],
    ["constructor", "the host's own words", "the host's own words"],
  ])("%s", (code, chinese, english) => {
    expect([causeWords(cause(code), "zh"), causeWords(cause(code), "en")])
      .toEqual([chinese, english]);
  });
});

it("names the file that was not read", () => {
  const args = { path: "f.csv", from: "10", between: "f.csv.1" };
  const cause = { code: "file_replaced", message: "", hint: null, args };
  expect([causeWords(cause, "zh"), causeWords(cause, "en")]).toEqual([
    "文件 f.csv 不是第 10 条记录之后的那个文件：其间的 f.csv.1 没有读过",
    "The file f.csv is not the next one after record 10: f.csv.1 came between and was not read",
  ]);
});

describe("a code", () => {
  it("has its word, or is shown itself where the page has none", () => {
    const words = { idle: "at rest", odd: "" };
    expect(["idle", "odd", "new", "constructor", ""].map((code) => codeWord(words, code)))
      .toEqual(["at rest", "", "new", "constructor", ""]);
  });
});

describe("a word that one language lacks", () => {
  it("does not compile, nor one for a code of the host", () => {
    // @ts-expect-error: a reason without its words
    const reasons: Words["ops"]["reasons"] = { empty: "empty" };
    // @ts-expect-error: a cause without its words
    const causes: Words["causes"] = { file_missing: () => "" };
    // @ts-expect-error: what happened without its words
    const what: Words["ops"]["what"] = { started: "" };
    expect([reasons, causes, what].every(Boolean)).toBe(true);
  });
});
