// One question or one wish to the host that served this page, over plain HTTP.
//
// Invariant: `ask` and `act` neither throw nor reject; a host that cannot be reached is an
// answer like any other, and a refusal is told in the host's own words.
import { number, record, string } from "../wire/fields";
import { authorization } from "./token";

export type Answer =
  | { readonly kind: "ok"; readonly value: unknown }
  /** The host answered with an error. */
  | { readonly kind: "refused"; readonly status: number; readonly error: string }
  | { readonly kind: "failed" };

/** Plugins may have to be compiled. */
const ACT_TIMEOUT_MS = 600_000;
const ERROR_CHARACTERS_MAX = 1000;

export function ask(path: string, timeoutMs: number): Promise<Answer> {
  return send(path, "GET", timeoutMs);
}

/** Has the host change something. The token goes in a header, which no page of another site can send. */
export function act(path: string): Promise<Answer> {
  return send(path, "POST", ACT_TIMEOUT_MS);
}

async function send(path: string, method: string, timeoutMs: number): Promise<Answer> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(addressOf(path), { method, headers: authorization(), cache: "no-store", signal });
    const value: unknown = await response.json().catch(() => null);
    return response.ok ? { kind: "ok", value } : refused(response.status, value);
  } catch {
    return { kind: "failed" };
  }
}

/** How far the host is with an answer. */
export interface Progress {
  readonly read: number;
  readonly of: number;
}

/**
 * Asks a question whose answer takes long: `told` hears how far the host is. Ending `signal` ends the
 * host's work, and is a failure.
 */
export async function askEvents(
  path: string, told: (progress: Progress) => void, signal: AbortSignal,
): Promise<Answer> {
  try {
    const response = await fetch(addressOf(path), { headers: authorization(), cache: "no-store", signal });
    if (!response.ok) return refused(response.status, await response.json().catch(() => null));
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const piece = await reader?.read();
      if (piece === undefined || piece.done) return { kind: "failed" };
      const events = `${text}${piece.value}`.split("\n\n");
      text = events.pop() ?? "";
      for (const event of events) {
        const { name, value } = eventOf(event);
        const progress = name === "progress" ? progressOf(value) : null;
        if (progress !== null) told(progress);
        if (name === "explanation") return { kind: "ok", value };
        if (name === "refused") return refused(response.status, value);
      }
    }
  } catch {
    return { kind: "failed" };
  }
}

/** A server-sent event with one line of data. */
export function eventOf(text: string): { readonly name: string; readonly value: unknown } {
  const line = (field: string) =>
    text.split("\n").find((candidate) => candidate.startsWith(`${field}: `))?.slice(field.length + 2) ?? "";
  try {
    return { name: line("event"), value: JSON.parse(line("data")) };
  } catch {
    return { name: line("event"), value: null };
  }
}

function progressOf(value: unknown): Progress | null {
  const [read, of] = [number(record(value)?.["read"]), number(record(value)?.["of"])];
  return read === null || of === null || of <= 0 ? null : { read: Math.min(read, of), of };
}

/** Asks the host that served this page. */
export async function askHost(path: string): Promise<unknown> {
  const response = await fetch(addressOf(path), { headers: authorization() });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}

function addressOf(path: string): URL {
  return new URL(path, document.baseURI.split(/[?#]/u, 1)[0]);
}

function refused(status: number, value: unknown): Answer {
  const error = string(record(value)?.["error"]) ?? `HTTP ${status}`;
  return { kind: "refused", status, error: error.slice(0, ERROR_CHARACTERS_MAX) };
}
