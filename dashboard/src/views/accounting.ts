// The last line of the page: whether its figures can be trusted.
import type { Context } from "../data/context";
import { clip } from "../data/format";
import { hostTime } from "../data/page-state";
import { metricTitle } from "../data/titles";
import { standsStill } from "../data/trouble";
import { h, raw, setAttr, setShown, setText } from "../dom/element";
import { icon, setIcon } from "../dom/icon";
import { codeWord } from "../i18n/words";
import type { Status } from "../wire/shapes";
import { balance, isBalanced, partitionStates, type Balance } from "./balance";

/** A checkpoint younger than this is "just now". */
const CHECKPOINT_NOW_MS = 1500;
const FACTS_CHARACTERS_MAX = 240;

export class AccountingLine {
  readonly element: HTMLElement;
  readonly #label = h("strong");
  readonly #equation = h("span", { class: "equation", "data-testid": "equation" });
  readonly #verdictIcon = icon("check");
  readonly #verdictText = h("span");
  readonly #verdict: HTMLElement;
  readonly #facts = h("span", { class: "facts", "data-testid": "facts" });

  constructor() {
    this.#verdict = h("span", { class: "verdict" }, this.#verdictIcon, this.#verdictText);
    this.element = h("footer", { class: "accounting", "data-testid": "accounting" },
      h("div", { class: "sums" }, this.#label, this.#equation, this.#verdict), this.#facts);
  }

  update(ctx: Context): void {
    const { words, state } = ctx;
    setText(this.#label, words.accounting.label);
    setShown(this.#verdict, state.status !== null);
    if (state.status === null) {
      setText(this.#equation, words.accounting.unknown);
      setText(this.#facts, "");
      return;
    }
    const found = balance(state.status);
    this.#updateSums(state.status, found, ctx);
    const said = facts(state.status, found, ctx).join("  ·  ");
    setText(this.#facts, clip(said, FACTS_CHARACTERS_MAX));
    setAttr(this.#facts, "title", said);
  }

  #updateSums(status: Status, found: Balance, ctx: Context): void {
    const { accounting } = status;
    const words = ctx.words.accounting;
    const n = ctx.format.full;
    setText(this.#equation,
      `${words.read} ${n(accounting.read)} = ${words.onTime} ${n(accounting.onTime)}` +
      ` + ${words.late} ${n(accounting.late)} + ${words.rejected} ${n(accounting.rejected)}`);
    for (const [name, value] of Object.entries(accounting)) {
      setAttr(this.element, `data-${name.toLowerCase()}`, raw(value));
    }
    const good = isBalanced(found);
    setAttr(this.element, "data-balanced", String(good));
    const stands = good && standsStill(ctx);
    setAttr(this.element, "data-stands", stands ? "" : null);
    setIcon(this.#verdictIcon, stands ? "hourglass" : good ? "check" : "cross");
    setText(this.#verdictText, stands ? words.balancedSoFar : verdict(found, ctx));
  }
}

function verdict(found: Balance, ctx: Context): string {
  const words = ctx.words.accounting;
  if (found.difference !== 0) return words.unbalanced(ctx.format.full(found.difference));
  const [metric] = found.unbalancedMetrics;
  return metric === undefined ? words.balanced : words.metricUnbalanced(metricTitle(metric, ctx));
}

/** Everything after the equation, the troubling first. */
function facts(status: Status, found: Balance, ctx: Context): string[] {
  const words = ctx.words.accounting;
  const { format } = ctx;
  return [
    ...(status.checkpoint !== null && status.checkpoint.failures > 0
      ? [words.checkpointFailing(format.full(status.checkpoint.failures))]
      : []),
    ...byTitle(found.excluded, ctx).map(([title, counts]) => words.excluded(title, counts.map(format.full).join(" + "))),
    ...(ctx.state.refused > 0 ? [words.refused(format.full(ctx.state.refused))] : []),
    partitions(status, ctx),
    checkpoint(status, ctx),
  ];
}

/** Several metrics may have one title, which is said once. */
export function byTitle(
  excluded: readonly { readonly id: string; readonly count: number }[], ctx: Context,
): readonly (readonly [title: string, counts: readonly number[]])[] {
  const counts = new Map<string, readonly number[]>();
  for (const { id, count } of excluded) {
    const title = metricTitle(id, ctx);
    counts.set(title, [...counts.get(title) ?? [], count]);
  }
  return [...counts];
}

function partitions(status: Status, ctx: Context): string {
  const words = ctx.words.accounting;
  const names = words.partitionStates;
  const states = [...partitionStates(status)]
    .map(([state, count]) => `${codeWord(names, state)} ${count}`);
  const count = words.partitions(ctx.format.full(status.partitions.length));
  return states.length > 1 ? `${count}: ${states.join(", ")}` : count;
}

function checkpoint(status: Status, ctx: Context): string {
  const words = ctx.words.accounting;
  if (status.checkpoint === null) return words.checkpointOff;
  const now = hostTime(ctx.state, ctx.now);
  if (status.checkpoint.at === null || now === null) return words.checkpointNone;
  const age = Math.max(0, now - status.checkpoint.at);
  return age < CHECKPOINT_NOW_MS
    ? words.checkpointNow
    : words.checkpoint(ctx.format.duration(Math.round(age / 1000) * 1000));
}
