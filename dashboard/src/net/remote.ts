// The stream's side of plain HTTP: tickets, and the present state where no stream
// gets through.
//
// Invariant: nothing here throws or rejects; a host that cannot be reached is an
// answer like any other.
import { decodeValue } from "../wire/decode";
import { field, number, record, string } from "../wire/fields";
import type { Message } from "../wire/shapes";
import { bearer } from "./token";

const ANSWER_TIMEOUT_MS = 10_000;

export type TicketAnswer =
  | { readonly kind: "ticket"; readonly ticket: string }
  | { readonly kind: "denied" | "failed" };

export type LatestAnswer =
  /** The messages that the stream would have sent on connect, and a sign of life. */
  | { readonly kind: "news"; readonly messages: readonly Message[] }
  | { readonly kind: "denied" | "failed" };

export interface Remote {
  /** `true` means that a stream needs a ticket. */
  readonly guarded: boolean;
  ticket(): Promise<TicketAnswer>;
  latest(): Promise<LatestAnswer>;
  /** The page has another state than that of the last answer, so the next answer must be whole. */
  forget(): void;
}

/** The host beside the page, wherever the page lies. */
export class HttpRemote implements Remote {
  readonly #page: string;
  readonly #token: string | null;
  /** The tag of the state that the page has. */
  #etag: string | null = null;
  #hostNow = 0;

  constructor(page: string, token: string | null) {
    this.#page = page;
    this.#token = token;
  }

  get guarded(): boolean {
    return this.#token !== null;
  }

  async ticket(): Promise<TicketAnswer> {
    const response = await this.#fetch("api/v1/ticket", "POST", {});
    if (response === null) return { kind: "failed" };
    if (response.status === 401) return { kind: "denied" };
    const ticket = string(field(record(await body(response)), "ticket"));
    return ticket === null ? { kind: "failed" } : { kind: "ticket", ticket };
  }

  async latest(): Promise<LatestAnswer> {
    const known = this.#etag === null ? {} : { "If-None-Match": this.#etag };
    const response = await this.#fetch("api/v1/stream/latest", "GET", known);
    if (response === null) return { kind: "failed" };
    if (response.status === 401) return { kind: "denied" };
    if (response.status === 304) return { kind: "news", messages: this.#alive(response) };
    const all = response.ok ? record(await body(response)) : null;
    const messages = [all?.["hello"], all?.["schema"], all?.["snapshot"]].map(decodeValue);
    const readable = messages.filter((message) => message !== null);
    if (readable.length < messages.length) return { kind: "failed" };
    this.#etag = response.headers.get("etag");
    for (const message of readable) if (message.t === "snapshot") this.#hostNow = message.clock.now;
    return { kind: "news", messages: [...readable, ...this.#alive(response)] };
  }

  forget(): void {
    this.#etag = null;
  }

  /** The host's clock, which runs though the state may stand still. */
  #alive(response: Response): Message[] {
    const now = number(Date.parse(response.headers.get("date") ?? ""));
    if (now === null || now <= this.#hostNow) return [];
    this.#hostNow = now;
    return [{ t: "hb", now }];
  }

  async #fetch(
    path: string, method: string, headers: Record<string, string>,
  ): Promise<Response | null> {
    try {
      return await fetch(new URL(path, this.#page), {
        method,
        headers: { ...headers, ...bearer(this.#token) },
        cache: "no-store",
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
    } catch {
      return null;
    }
  }
}

async function body(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null;
  }
}
