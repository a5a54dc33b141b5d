// The time of the workers by stage, and the stage that keeps the others waiting.
// Pure.
import type { Context } from "../data/context";
import { joined } from "../data/format";
import { isDated } from "../data/page-state";
import { standsStill } from "../data/trouble";
import type { Stages, Status } from "../wire/shapes";

export const STAGES = ["fetch", "decode", "plugins", "publish", "checkpoint"] as const;
export type StageId = (typeof STAGES)[number];
export type Bottleneck = "idle" | "source" | Exclude<StageId, "fetch">;

export interface Stage {
  readonly id: StageId;
  readonly name: string;
  /** The share of their time that the workers spend in the stage or wait for it, between 0 and 1. */
  readonly share: number;
  readonly kind: "waiting" | "busy" | "blocked";
  readonly text: string;
  /** What there is no room for: how often the stage works. */
  readonly more: string;
}

export interface StagesModel {
  readonly stages: readonly Stage[];
  readonly bottleneck: Bottleneck;
  readonly words: string;
}

/** Workers that are blocked for a larger share wait for the checkpoint. */
const BLOCKED_MIN = 0.2;
/** Workers that wait for a larger share have time to spare. */
const WAITING_MIN = 0.15;
/** Waiting workers wait for the source where more records than this are left to read. */
const LAG_MIN = 10_000;

/** `null` means that the host does not measure stages. */
export function stagesModel(status: Status, ctx: Context): StagesModel | null {
  const { stages } = status;
  if (stages === null) return null;
  const { ops } = ctx.words;
  const percent = (share: number) => ctx.format.percent(share);
  const busy = (id: "decode" | "plugins" | "publish", more = ""): Stage => {
    const share = bounded(stages[id]);
    return { id, name: ops.stageNames[id], share, kind: "busy", text: ops.busy(percent(share)), more };
  };
  const waiting = bounded(stages.waiting);
  const blocked = bounded(stages.blocked);
  const { queueRecords: queue, publishEveryMs: every } = status;
  const found = bottleneckOf(status, ctx);
  const fetch = status.source?.fetch ?? null;
  return {
    stages: [
      {
        id: "fetch", name: ops.stageNames.fetch, share: waiting, kind: "waiting",
        text: joined(
          queue === null ? "" : ops.queue(ctx.format.compact(queue)), ops.waiting(percent(waiting)),
        ),
        more: fetch === null ? "" : ops.fetchedBy(fetch.client, fetch.reason),
      },
      busy("decode"), busy("plugins"),
      busy("publish", every === null ? "" : ops.every(ctx.format.duration(every))),
      {
        id: "checkpoint", name: ops.stageNames.checkpoint, share: blocked, kind: "blocked",
        text: blocked === 0 ? ops.idle : ops.blocked(percent(blocked)), more: "",
      },
    ],
    bottleneck: found,
    words: found === "idle" && standsStill(ctx)
      ? ops.standing
      : found === "idle"
      ? ops.slack(ctx.format.percent(waiting), ops.stageNames[busiest(stages)])
      : ops.bottleneck[found],
  };
}

/** Old figures name no bottleneck. */
export function bottleneckOf({ stages, queueRecords, lag, eventsPerSecond }: Status, { page }: Context): Bottleneck {
  if (stages === null || isDated(page)) return "idle";
  if (stages.blocked > BLOCKED_MIN) return "checkpoint";
  if (stages.waiting > WAITING_MIN) {
    // Workers wait for the source where records are left to read and none is fetched.
    return queueRecords === 0 && lag !== null && lag > LAG_MIN ? "source" : "idle";
  }
  // Where no record flows, the busiest stage holds none up: a start takes its time too.
  return eventsPerSecond === 0 ? "idle" : busiest(stages);
}

function busiest(stages: Stages): "decode" | "plugins" | "publish" {
  return (["decode", "plugins", "publish"] as const)
    .reduce((most, each) => (stages[each] > stages[most] ? each : most));
}

function bounded(share: number): number {
  return Math.min(1, Math.max(0, share));
}
