// The WebSocket to the host: opened, watched, and opened again for ever.
//
// A socket can be lost without a sign (a sleeping laptop, a cut cable, a stopped
// host), so silence is treated as loss after a while. Acknowledgements and resuming
// are absent on purpose: the host sends everything on connect.
//
// A proxy may block sockets though the host answers. The state is polled then, and a
// socket is tried again now and then.
import type { Event } from "../data/state";
import { decode } from "../wire/decode";
import type { Message } from "../wire/shapes";
import type { Remote } from "./remote";

const BACKOFF_MS_MIN = 500;
const BACKOFF_MS_MAX = 2000;
/** The longest pause that a `bye` of the host can ask for. */
const BYE_RETRY_MS_MAX = 60_000;
const HZ_MIN = 0.1;
const HZ_MAX = 50;
const OPEN_TIMEOUT_MS = 5000;
const SILENCE_MS_MAX = 20_000;
/** The state is polled after so many sockets in a row that did not open. */
const UNOPENED_MAX = 3;
export const POLL_MS = 2000;
/** The pause between two sockets that are tried while the state is polled. */
export const SOCKET_RETRY_MS = 60_000;

/**
 * The pause before the given attempt, counted from 1: doubling, at most two
 * seconds, so that a host is seen soon after its return, and spread over its
 * upper half so that many pages do not return to a restarted host at the same
 * moment.
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

/** The updates a second that an address asks for, as `hz=10`; `null` leaves that to the host. */
export function readHz(search: string): number | null {
  const hz = Number(new URLSearchParams(search).get("hz"));
  return hz >= HZ_MIN && hz <= HZ_MAX ? hz : null;
}

export interface StreamDeps {
  readonly url: string;
  /** The updates a second to ask for. */
  readonly hz: number | null;
  readonly dispatch: (event: Event) => void;
  readonly now: () => number;
  readonly random: () => number;
  readonly connect: (url: string) => WebSocket;
  readonly remote: Remote;
}

export class Stream {
  readonly #deps: StreamDeps;
  #socket: WebSocket | null = null;
  /** Ends the socket that says nothing, or opens the next one. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Sockets lost since the last snapshot. */
  #losses = 0;
  /** Sockets in a row that were lost without having opened. */
  #unopened = 0;
  /** Counts the sockets, so that an answer meant for an earlier one is known. */
  #dial = 0;
  #byeRetryMs: number | null = null;
  #polling = false;
  #isDenied = false;
  #pollTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(deps: StreamDeps) {
    this.#deps = deps;
  }

  open(): void {
    if (!this.#polling) this.#deps.dispatch({ type: "dialling", attempt: this.#losses });
    this.#byeRetryMs = null;
    this.#dial += 1;
    if (this.#deps.remote.guarded) void this.#buy(this.#dial);
    else this.#connect(this.#deps.url);
  }

  /** The network is back: an attempt that waits is made now. */
  wake(): void {
    if (this.#socket !== null || this.#polling || this.#isDenied) return;
    clearTimeout(this.#timer);
    this.open();
  }

  /** Opens the socket with a ticket. */
  async #buy(dial: number): Promise<void> {
    const answer = await this.#deps.remote.ticket();
    if (dial !== this.#dial) return;
    if (answer.kind === "ticket") {
      this.#connect(`${this.#deps.url}?ticket=${encodeURIComponent(answer.ticket)}`);
    } else if (answer.kind === "denied") this.#denied();
    else this.#lost();
  }

  #connect(url: string): void {
    this.#unopened += 1;
    let socket: WebSocket;
    try {
      socket = this.#deps.connect(url);
    } catch {
      this.#lost();
      return;
    }
    this.#socket = socket;
    this.#watch(OPEN_TIMEOUT_MS);
    socket.onopen = () => {
      this.#opened();
      if (this.#deps.hz !== null) socket.send(JSON.stringify({ t: "sub", hz: this.#deps.hz }));
      this.#watch(SILENCE_MS_MAX);
    };
    socket.onmessage = (event: MessageEvent<unknown>) => this.#receive(event.data);
    socket.onclose = () => this.#lost();
  }

  #opened(): void {
    this.#unopened = 0;
    this.#deps.remote.forget();
    this.#stopPolling();
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

  /** Starts the timer anew after which a silent socket counts as lost. */
  #watch(timeoutMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lost(), timeoutMs);
  }

  #lost(): void {
    this.#drop();
    if (this.#polling) {
      this.#timer = setTimeout(() => this.open(), SOCKET_RETRY_MS);
      return;
    }
    this.#losses += 1;
    const pause = this.#byeRetryMs ?? backoff(this.#losses, this.#deps.random());
    const retryAt = this.#deps.now() + pause;
    this.#timer = setTimeout(() => this.open(), pause);
    this.#deps.dispatch({ type: "lost", attempt: this.#losses, retryAt });
    if (this.#unopened > 0) void this.#probe(this.#dial);
  }

  /** A browser does not say why a socket did not open; plain HTTP does. */
  async #probe(dial: number): Promise<void> {
    const answer = await this.#deps.remote.latest();
    if (dial !== this.#dial || this.#polling) return this.#deps.remote.forget();
    if (answer.kind === "denied") return this.#denied();
    if (answer.kind !== "news" || this.#unopened < UNOPENED_MAX) {
      return this.#deps.remote.forget();
    }
    this.#polling = true;
    this.#deps.dispatch({ type: "polling", on: true });
    this.#tell(answer.messages);
    // The host may have come back a moment after the socket was tried, so one more is tried at once.
    this.#drop();
    this.open();
  }

  async #poll(): Promise<void> {
    const answer = await this.#deps.remote.latest();
    if (!this.#polling) return;
    if (answer.kind === "denied") return this.#denied();
    if (answer.kind === "news") return this.#tell(answer.messages);
    this.#stopPolling();
    this.#lost();
  }

  /** Passes on what was polled, and asks again later. */
  #tell(messages: readonly Message[]): void {
    const at = this.#deps.now();
    for (const message of messages) this.#deps.dispatch({ type: "message", message, at });
    this.#pollTimer = setTimeout(() => void this.#poll(), POLL_MS);
  }

  #stopPolling(): void {
    clearTimeout(this.#pollTimer);
    if (!this.#polling) return;
    this.#polling = false;
    this.#deps.dispatch({ type: "polling", on: false });
  }

  /** A page without the right token has nothing to wait for. */
  #denied(): void {
    this.#isDenied = true;
    this.#stopPolling();
    this.#drop();
    this.#dial += 1;
    this.#deps.dispatch({ type: "denied", token: this.#deps.remote.guarded ? "wrong" : "none" });
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
