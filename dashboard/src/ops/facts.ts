// The operator's section in one line, and the facts of checkpoints and plugins.
// Pure.
import type { Context } from "../data/context";
import { UNKNOWN } from "../data/format";
import { clip } from "../data/format";
import type { Icon } from "../data/icons";
import { hostTime } from "../data/page-state";
import { metricTitle } from "../data/titles";
import { standsStill } from "../data/trouble";
import { causeWords, codeWord } from "../i18n/words";
import type { Checkpoints, Missing, Status } from "../wire/shapes";
import { longHold } from "./partitions";
import { bottleneckOf } from "./stages";
import type { CellModel, TableModel } from "./table-model";

export interface Fact {
  readonly icon: Icon;
  readonly text: string;
  readonly tone: "good" | "warn" | "bad";
}

/** The facts that an operator looks for first, the same in every state. */
export function factsOf(status: Status, ctx: Context): readonly Fact[] {
  const { ops } = ctx.words;
  const found = bottleneckOf(status, ctx);
  const running = status.partitions.filter(({ state }) => state === "running" || state === "idle" || state === "ended");
  const all = status.partitions.length;
  const held = longHold(status, ctx);
  const facts: readonly Fact[] = [
    ...(status.stages === null ? [] : [{
      icon: found === "idle" ? "check" : "forward",
      text: found === "idle" ? ops.facts.waiting(ctx.format.percent(status.stages.waiting)) : ops.bottleneck[found],
      tone: found === "checkpoint" || found === "source" ? "warn" : "good",
    } as const]),
    ...(all === 0 ? [] : [{
      icon: running.length === all ? "check" : "warning",
      text: ops.facts.partitions(String(running.length), String(all)),
      tone: running.length === all ? "good" : "bad",
    } as const]),
    ...(held === null ? [] : [{
      icon: "hourglass", text: ops.facts.held(String(held.partition)), tone: "warn",
    } as const]),
    ...checkpointFact(status, ctx),
  ];
  // No tick stands beside the sentence of what stands still.
  const stands = standsStill(ctx);
  return facts.map((fact) => stands && fact.icon === "check" ? { ...fact, icon: "hourglass", tone: "warn" } : fact);
}

function checkpointFact(status: Status, ctx: Context): Fact[] {
  const { checkpoint } = status;
  const { facts } = ctx.words.ops;
  if (checkpoint === null) return [];
  if (checkpoint.failures > 0) {
    return [{ icon: "failed", text: facts.checkpointFailing(String(checkpoint.failures)), tone: "bad" }];
  }
  const age = ageOf(checkpoint.at, ctx);
  return age === null ? [] : [{ icon: "check", text: facts.checkpoint(age), tone: "good" }];
}

/** The age of a moment on the host's clock, in whole seconds. */
function ageOf(at: number | null, ctx: Context): string | null {
  const now = hostTime(ctx.state, ctx.now);
  if (at === null || now === null) return null;
  return ctx.format.duration(Math.max(1, Math.round((now - at) / 1000)) * 1000);
}

export interface Named {
  readonly name: string;
  readonly text: string;
  readonly tone: CellModel["tone"];
}

export function checkpointModel(status: Status, ctx: Context): readonly Named[] {
  const { ops, accounting } = ctx.words;
  const { checkpoint } = status;
  const { format } = ctx;
  if (checkpoint === null) return [{ name: ops.age, text: accounting.checkpointOff, tone: "muted" }];
  const age = ageOf(checkpoint.at, ctx);
  const { failures, error } = checkpoint;
  return [
    { name: ops.age, text: age === null ? accounting.checkpointNone : ops.ago(age), tone: undefined },
    { name: ops.size, text: format.bytes(checkpoint.bytes), tone: undefined },
    { name: ops.took, text: format.duration(checkpoint.durationMs), tone: undefined },
    {
      name: ops.failures, text: failures === 0 ? ops.noFailures : ops.times(format.full(failures)),
      tone: failures === 0 ? undefined : "bad",
    },
    ...(error === null || failures === 0 ? [] : [{ name: ops.error, text: clip(error, 200), tone: "bad" as const }]),
  ];
}

/** The last checkpoints, a row each. */
export function checkpointsModel(checkpoints: Checkpoints | null, note: string, ctx: Context): TableModel {
  const { ops } = ctx.words;
  const { format } = ctx;
  return {
    caption: ops.checkpoints,
    heads: [{ text: ops.when }, { text: ops.took, end: true }, { text: ops.size, end: true }, { text: ops.note }],
    rows: (checkpoints?.checkpoints ?? []).map(({ at, durationMs, bytes, cause }) => ({
      key: String(at),
      cells: [
        { text: `${format.monthDay(at)} ${format.clock(at)}` },
        { text: format.duration(durationMs) },
        { text: cause === null ? format.bytes(bytes) : UNKNOWN },
        cause === null
          ? { text: ops.stored, icon: "check", tone: "good" }
          : { text: clip(causeWords(cause, ctx.lang), 200), title: cause.message, icon: "failed", tone: "bad" },
      ],
    })),
    note,
  };
}

const DIGEST_CHARACTERS = 12;
const MISSING_SHOWN = 8;

/** How many records a metric does not count though its partitions do, and which. */
function missingCell(missing: readonly Missing[], ctx: Context) {
  const count = missing.reduce((sum, { from, to }) => sum + to - from, 0);
  const ranges = missing.slice(0, MISSING_SHOWN)
    .map(({ partition, from, to }) => `${partition}@${from} – ${partition}@${to - 1}`);
  const more = missing.length > MISSING_SHOWN ? [`+${missing.length - MISSING_SHOWN}`] : [];
  const isGone = missing.some(({ why }) => why === "gone");
  return {
    text: ctx.format.full(count), title: [...ranges, ...more].join(", "),
    ...(isGone ? { tone: "warn" as const } : {}),
  };
}

/**
 * The cost of one call, which takes a batch, and of one row. A call costs something by itself,
 * so that a row of a small batch looks dear while nothing is slow.
 */
function costCells(nsPerRow: number | null, batchRows: number | null, { format, words: { ops } }: Context): CellModel[] {
  const call = nsPerRow === null || batchRows === null ? null : (nsPerRow * batchRows) / 1000;
  const title = batchRows === null ? "" : `${ops.batch} ${format.full(Math.round(batchRows))}`;
  const rounded = call === null ? null : Number(call.toPrecision(2));
  return [{ text: format.full(rounded), title }, { text: format.full(nsPerRow), title }];
}

export function pluginsModel(status: Status, ctx: Context): TableModel {
  const { ops } = ctx.words;
  const { format } = ctx;
  return {
    caption: ops.plugins,
    heads: [
      { text: ops.metric }, { text: ops.state }, { text: ops.version }, { text: ops.digest },
      { text: ops.usPerCall, end: true }, { text: ops.nsPerRow, end: true }, { text: ops.memory, end: true }, { text: ops.traps, end: true },
      { text: ops.excluded, end: true }, { text: ops.missing, end: true },
    ],
    rows: status.metrics.map((metric) => {
      const { plugin } = metric;
      const isOk = metric.state === "ok";
      return {
        key: metric.id,
        cells: [
          { text: metricTitle(metric.id, ctx), title: plugin === null ? metric.id : `${metric.id} · ${plugin.file}` },
          {
            text: codeWord(ops.pluginStates, metric.state), icon: isOk ? "check" : "shield",
            tone: isOk ? "good" : "bad", title: clip(metric.reason ?? "", 300),
          },
          { text: plugin === null ? UNKNOWN : clip(plugin.version, 20) },
          {
            text: plugin === null || plugin.digest === "" ? UNKNOWN : plugin.digest.slice(0, DIGEST_CHARACTERS),
            title: plugin?.digest ?? "", mono: true,
          },
          ...costCells(plugin?.nsPerRow ?? null, status.batchRows, ctx),
          { text: format.bytes(plugin?.memoryBytes ?? null) },
          { text: format.full(plugin?.traps ?? null), ...((plugin?.traps ?? 0) > 0 ? { tone: "bad" as const } : {}) },
          { text: format.full(metric.excluded), ...(metric.excluded > 0 ? { tone: "warn" as const } : {}) },
          missingCell(metric.missing, ctx),
        ],
      };
    }),
    note: status.metrics.length === 0 ? ops.noPlugins : "",
  };
}
