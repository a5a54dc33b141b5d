// The plan of the operator's section: when it is open, asks and is drawn. Pure.
import type { Context } from "../data/context";

/** An operator reads no faster than this. */
export const OPS_MS = 1000;

/** The occasion of the last drawing. */
export interface Drawn {
  readonly at: number;
  /** A change of the phase is shown at once. */
  readonly phase: string;
}

export const NOT_DRAWN: Drawn = { at: -Infinity, phase: "" };

export interface OpsInput {
  readonly isOpen: boolean;
  /** `true` while the tab is shown and no panel fills the window. */
  readonly isSeen: boolean;
  readonly drawn: Drawn;
  /** Local time. */
  readonly now: number;
}

export interface OpsPlan {
  /** `true` means that the reports are asked for. */
  readonly asks: boolean;
  /** The occasion of a drawing; `null` means that the section is not drawn. */
  readonly draws: Drawn | null;
  /** `true` means that the part below the first screen is shown. */
  readonly hasDetails: boolean;
}

/** `link` comes from the address, `chosen` from an earlier choice; `null` means that there is none. */
export function isOpsOpen(link: boolean | null, chosen: boolean | null, isWide: boolean): boolean {
  return link ?? chosen ?? isWide;
}

export function opsPlan({ isOpen, isSeen, drawn, now }: OpsInput, ctx: Context): OpsPlan {
  const { connection, status, hello } = ctx.state;
  const isWhole = isOpen && !ctx.kiosk;
  const phase = `${ctx.page} ${hello?.epoch ?? ""} ${status === null}`;
  const isDue = phase !== drawn.phase || now - drawn.at >= OPS_MS;
  return {
    // A host that measures no stages is older than the reports.
    asks: isWhole && isSeen && ctx.pause === null && connection.phase === "open" && status?.stages != null,
    draws: isSeen && isDue ? { at: now, phase } : null,
    hasDetails: isWhole && status !== null,
  };
}
