import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Event } from "../../src/store";
import { backoff, Stream, streamUrl } from "../../src/stream";
import { greeting } from "../scripted/script.mjs";

/** A socket that does nothing by itself. */
class Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  closed = false;
  close(): void {
    this.closed = true;
  }
  receive(message: unknown): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

function start() {
  const sockets: Socket[] = [];
  const events: Event[] = [];
  const stream = new Stream({
    url: "ws://host/api/v1/stream",
    dispatch: (event) => events.push(event),
    now: () => Date.now(),
    random: () => 1,
    connect: () => {
      const socket = new Socket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
  });
  stream.open();
  const last = () => sockets.at(-1) ?? new Socket();
  return { sockets, events, last };
}

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

describe("backoff", () => {
  it.each([[1, 1, 500], [2, 1, 1000], [3, 1, 2000], [4, 1, 4000], [5, 1, 5000], [50, 1, 5000],
    [1, 0, 500], [3, 0, 1000], [9, 0, 2500]])(
    "before attempt %i with random %f is %i ms", (attempt, random, expected) => {
      expect(backoff(attempt, random)).toBe(expected);
    });
});

describe("the stream's address", () => {
  it.each([
    ["http://127.0.0.1:5001/", "ws://127.0.0.1:5001/api/v1/stream"],
    ["https://a.example/shop/?lang=en#x", "wss://a.example/shop/api/v1/stream"],
    ["http://a.example/shop/index.html", "ws://a.example/shop/api/v1/stream"],
  ])("of %s", (page, expected) => {
    expect(streamUrl(page)).toBe(expected);
  });
});

describe("the stream", () => {
  it("tries again for ever, ever slower", () => {
    const { sockets, events, last } = start();
    const pauses = [500, 1000, 2000, 4000, 5000, 5000];
    for (const pause of pauses) {
      last().onclose?.();
      expect(events.at(-1)).toMatchObject({ type: "lost", retryAt: Date.now() + pause });
      vi.advanceTimersByTime(pause);
    }
    expect(sockets).toHaveLength(pauses.length + 1);
  });

  it("starts over after a snapshot", () => {
    const { events, last } = start();
    last().onclose?.();
    vi.advanceTimersByTime(500);
    for (const message of greeting()) last().receive(message);
    last().onclose?.();
    expect(events.at(-1)).toMatchObject({ type: "lost", attempt: 1 });
  });

  it("does as a goodbye asks", () => {
    const { events, last } = start();
    last().receive({ t: "bye", reason: "shutdown", retry_ms: 1234 });
    last().onclose?.();
    expect(events.at(-1)).toMatchObject({ retryAt: 1234 });
  });

  it("gives up a socket that does not open, and one that falls silent", () => {
    const { sockets, last } = start();
    vi.advanceTimersByTime(5000);
    expect(sockets[0]?.closed).toBe(true);
    vi.advanceTimersByTime(500);
    last().onopen?.();
    last().receive({ t: "hb", now: 1 });
    vi.advanceTimersByTime(19_000);
    expect(last().closed).toBe(false);
    vi.advanceTimersByTime(1000);
    expect(sockets[1]?.closed).toBe(true);
  });

  it("survives what it cannot read", () => {
    const { events, last } = start();
    last().receive({ t: "?" });
    expect(events.at(-1)).toEqual({ type: "refused" });
  });

  it("never hears a socket that it has given up", () => {
    const { events, sockets } = start();
    const [first] = sockets;
    const hear = first?.onmessage;
    vi.advanceTimersByTime(5000);
    expect(first?.onmessage).toBeNull();
    expect(hear).not.toBeNull();
    expect(events.at(-1)).toMatchObject({ type: "lost" });
  });
});
