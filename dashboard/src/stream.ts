// The WebSocket to the host: opened, watched, and opened again for ever.
//
// A socket can be lost without a sign of it (a sleeping laptop, a cut cable, a
// stopped host), so silence is treated as loss after a while. Deliberately
// absent: acknowledgements and resuming. The host sends everything on connect.
import { decode } from "./decode";
import type { Event } from "./store";
import type { Message } from "./wire";

export const BACKOFF_MS_MIN = 500;
export const BACKOFF_MS_MAX = 5000;
/** A retry that the host asks for in its `bye` is honoured up to this. */
const BYE_RETRY_MS_MAX = 60_000;
const OPEN_TIMEOUT_MS = 5000;
const SILENCE_MS_MAX = 20_000;

/**
 * The pause before the given attempt, counted from 1: doubling, at most five
 * seconds, and spread over its upper half so that many pages do not return to
 * a restarted host at the same moment.
 */
export function backoff(attempt: number, random: number): number {
  const full = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** (Math.max(1, attempt) - 1));
  return Math.max(BACKOFF_MS_MIN, Math.round(full * (0.5 + random / 2)));
}

/** The address of the stream beside the page, wherever the page lies. */
export function streamUrl(page: string): string {
  const url = new URL("api/v1/stream", page);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.search = "";
  url.hash = "";
  return url.href;
}

export interface StreamDeps {
  readonly url: string;
  readonly dispatch: (event: Event) => void;
  readonly now: () => number;
  readonly random: () => number;
  readonly connect: (url: string) => WebSocket;
}

export class Stream {
  readonly #deps: StreamDeps;
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Sockets lost since the last snapshot. */
  #losses = 0;
  #byeRetryMs: number | null = null;

  constructor(deps: StreamDeps) {
    this.#deps = deps;
  }

  open(): void {
    this.#deps.dispatch({ type: "dialling", attempt: this.#losses });
    this.#byeRetryMs = null;
    let socket: WebSocket;
    try {
      socket = this.#deps.connect(this.#deps.url);
    } catch {
      this.#lost();
      return;
    }
    this.#socket = socket;
    this.#watch(OPEN_TIMEOUT_MS);
    socket.onopen = () => this.#watch(SILENCE_MS_MAX);
    socket.onmessage = (event: MessageEvent<unknown>) => this.#receive(event.data);
    socket.onclose = () => this.#lost();
  }

  #receive(data: unknown): void {
    this.#watch(SILENCE_MS_MAX);
    const message = decode(data);
    if (message === null) {
      this.#deps.dispatch({ type: "refused" });
      return;
    }
    this.#heed(message);
    this.#deps.dispatch({ type: "message", message, at: this.#deps.now() });
  }

  #heed(message: Message): void {
    if (message.t === "snapshot") this.#losses = 0;
    if (message.t === "bye" && message.retryMs !== null) {
      this.#byeRetryMs = Math.min(Math.max(0, message.retryMs), BYE_RETRY_MS_MAX);
    }
  }

  /** (Re)starts the timer after which a socket that says nothing is given up. */
  #watch(timeoutMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lost(), timeoutMs);
  }

  #lost(): void {
    this.#drop();
    this.#losses += 1;
    const pause = this.#byeRetryMs ?? backoff(this.#losses, this.#deps.random());
    const retryAt = this.#deps.now() + pause;
    this.#timer = setTimeout(() => this.open(), pause);
    this.#deps.dispatch({ type: "lost", attempt: this.#losses, retryAt });
  }

  #drop(): void {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}
