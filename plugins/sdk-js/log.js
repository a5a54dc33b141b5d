/** Lines in the host's log, never one per row: the host limits their number and length. */

/** @typedef {"trace" | "debug" | "info" | "warn" | "error"} Level */

/** @type {(level: Level, message: string) => void} */
let write = (level, message) => globalThis.console?.error(`${level}: ${message}`);

/** The component puts the contract's `log` here. @param {typeof write} to */
export const writeTo = (to) => {
  write = to;
};

/** @param {unknown} message */
export const debug = (message) => write("debug", String(message));
/** @param {unknown} message */
export const info = (message) => write("info", String(message));
/** @param {unknown} message */
export const warn = (message) => write("warn", String(message));
/** @param {unknown} message */
export const error = (message) => write("error", String(message));
