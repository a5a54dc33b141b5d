// One question or one wish to the host that served this page, over plain HTTP.
//
// Invariant: `ask` and `act` neither throw nor reject; a host that cannot be reached is an
// answer like any other, and a refusal is told in the host's own words.
import { record, string } from "../wire/fields";
import { authorization } from "./token";

export type Answer =
  | { readonly kind: "ok"; readonly value: unknown }
  /** The host answered with an error. */
  | { readonly kind: "refused"; readonly status: number; readonly error: string }
  | { readonly kind: "failed" };

/** An explanation may have to read a long log again. */
const TIMEOUT_MS = 120_000;
/** Plugins may have to be compiled. */
const ACT_TIMEOUT_MS = 600_000;
const ERROR_CHARACTERS_MAX = 1000;

export function ask(path: string, timeoutMs = TIMEOUT_MS): Promise<Answer> {
  return send(path, "GET", timeoutMs);
}

/** Has the host change something. The token goes in a header, which no page of another site can send. */
export function act(path: string): Promise<Answer> {
  return send(path, "POST", ACT_TIMEOUT_MS);
}

async function send(path: string, method: string, timeoutMs: number): Promise<Answer> {
  try {
    const url = new URL(path, document.baseURI.split(/[?#]/u, 1)[0]);
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { method, headers: authorization(), cache: "no-store", signal });
    const value: unknown = await response.json().catch(() => null);
    if (response.ok) return { kind: "ok", value };
    const error = string(record(value)?.["error"]) ?? `HTTP ${response.status}`;
    return { kind: "refused", status: response.status, error: error.slice(0, ERROR_CHARACTERS_MAX) };
  } catch {
    return { kind: "failed" };
  }
}

/** Asks the host that served this page. */
export async function askHost(path: string): Promise<unknown> {
  const url = new URL(path, document.baseURI.split(/[?#]/u, 1)[0]);
  const response = await fetch(url, { headers: authorization() });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}
