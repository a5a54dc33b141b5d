import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Event } from "../../../src/data/state";
import type { LatestAnswer, Remote, TicketAnswer } from "../../../src/net/remote";
import { backoff, POLL_MS, readHz, SOCKET_RETRY_MS, Stream, streamUrl } from "../../../src/net/stream";
import { tokenOf } from "../../../src/net/token";
import { decodeValue } from "../../../src/wire/decode";
import { greeting } from "../../scripted/script.mjs";

/** A socket that does nothing by itself. */
class Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  closed = false;
  readonly sent: string[] = [];
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.closed = true;
  }
  receive(message: unknown): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

/** A host that cannot be reached over HTTP, unless a test says otherwise. */
class Http implements Remote {
  guarded = false;
  tickets: TicketAnswer = { kind: "failed" };
  state: LatestAnswer = { kind: "failed" };
  asked = 0;
  ticket = () => Promise.resolve(this.tickets);
  latest = () => {
    this.asked += 1;
    return Promise.resolve(this.state);
  };
  forget = () => undefined;
}

const news = (): LatestAnswer =>
  ({ kind: "news", messages: greeting().map(decodeValue).filter((m) => m !== null) });

function start(remote = new Http(), hz: number | null = null) {
  const urls: string[] = [];
  const sockets: Socket[] = [];
  const events: Event[] = [];
  const stream = new Stream({
    url: "ws://host/api/v1/stream",
    hz,
    dispatch: (event) => events.push(event),
    now: () => Date.now(),
    random: () => 1,
    remote,
    connect: (url) => {
      urls.push(url);
      const socket = new Socket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
  });
  stream.open();
  const last = () => sockets.at(-1) ?? new Socket();
  return { stream, sockets, events, last, remote, urls };
}

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

describe("backoff", () => {
  it.each([[1, 1, 500], [2, 1, 1000], [3, 1, 2000], [4, 1, 2000], [50, 1, 2000],
    [1, 0, 500], [3, 0, 1000], [9, 0, 1000]])(
    "before attempt %i with random %f is %i ms", (attempt, random, expected) => {
      expect(backoff(attempt, random)).toBe(expected);
    });
});

describe("the updates a second", () => {
  it.each([["?hz=50", 50], ["?lang=zh&hz=0.5", 0.5], ["", null], ["?hz=", null], ["?hz=51", null], ["?hz=fast", null]])(
    "of %s are %s", (search, hz) => expect(readHz(search)).toBe(hz));

  it("are asked for on every connection", () => {
    const { last } = start(new Http(), 50);
    last().onopen?.();
    expect(last().sent).toEqual(['{"t":"sub","hz":50}']);
    last().onclose?.();
    vi.advanceTimersByTime(500);
    last().onopen?.();
    expect(last().sent).toEqual(['{"t":"sub","hz":50}']);
  });

  it("are the host's unless the address names them", () => {
    const { last } = start();
    last().onopen?.();
    expect(last().sent).toEqual([]);
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
    const pauses = [500, 1000, 2000, 2000, 2000];
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

  it.each([
    [{ retry_ms: -5 }, 0], [{ retry_ms: 999_999 }, 60_000], [{ retry_ms: "soon" }, 500], [{}, 500],
  ])("comes back when a goodbye asks, within bounds: %j", (bye, pause) => {
    const { events, last } = start();
    last().receive({ t: "bye", reason: "shutdown", ...bye });
    last().onclose?.();
    expect(events.at(-1)).toMatchObject({ retryAt: pause });
    // A goodbye is about one socket.
    vi.advanceTimersByTime(pause);
    last().onclose?.();
    expect(events.at(-1)).toMatchObject({ retryAt: pause + 1000 });
  });

  it("tells when it dials and hands on each message with the time of its arrival", () => {
    const { events, last } = start();
    vi.advanceTimersByTime(70);
    last().receive({ t: "hb", now: 5 });
    expect(events).toEqual([{ type: "dialling", attempt: 0 }, { type: "message", message: { t: "hb", now: 5 }, at: 70 }]);
  });

  it("does not count a socket that opened and said nothing as a host that came back", () => {
    const { events, last } = start();
    last().onclose?.();
    vi.advanceTimersByTime(500);
    last().onopen?.();
    last().receive({ t: "hb", now: 1 });
    last().onclose?.();
    expect(events.at(-1)).toMatchObject({ type: "lost", attempt: 2 });
  });

  it("tries again where the browser makes no socket at all", () => {
    const events: Event[] = [];
    let tries = 0;
    new Stream({
      url: "ws://host/", hz: null, dispatch: (event) => events.push(event), now: () => Date.now(), random: () => 1, remote: new Http(),
      connect: () => {
        tries += 1;
        throw new Error("blocked");
      },
    }).open();
    vi.advanceTimersByTime(500);
    expect([tries, events.at(-1)]).toEqual([2, { type: "lost", attempt: 2, retryAt: 1500 }]);
  });

  it("hears what it cannot read, so a talking socket is not given up", () => {
    const { last } = start();
    last().onopen?.();
    for (let i = 0; i < 5; i += 1) {
      vi.advanceTimersByTime(15_000);
      last().onmessage?.({ data: new ArrayBuffer(2) });
    }
    expect(last().closed).toBe(false);
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

describe("when the network is back", () => {
  it("the attempt that waits is made at once, and only that one", () => {
    const { stream, sockets, last } = start();
    last().onclose?.();
    stream.wake();
    expect(sockets).toHaveLength(2);
    vi.advanceTimersByTime(4000);
    expect(sockets).toHaveLength(2);
  });

  it("a socket that is there is kept", () => {
    const { stream, sockets, last } = start();
    stream.wake();
    last().onopen?.();
    stream.wake();
    expect([sockets.length, last().closed]).toEqual([1, false]);
  });

  it("a page without the right token stays outside", async () => {
    const remote = new Http();
    remote.guarded = true;
    remote.tickets = { kind: "denied" };
    const { stream, events } = start(remote);
    await vi.advanceTimersByTimeAsync(0);
    stream.wake();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(events).toEqual([{ type: "dialling", attempt: 0 }, { type: "denied", token: "wrong" }]);
  });
});

describe("a guarded host", () => {
  it("is asked for a ticket before each socket", async () => {
    const remote = new Http();
    remote.guarded = true;
    remote.tickets = { kind: "ticket", ticket: "a+b" };
    const { urls, last } = start(remote);
    expect(urls).toEqual([]);
    await vi.advanceTimersByTimeAsync(0);
    expect(urls).toEqual(["ws://host/api/v1/stream?ticket=a%2Bb"]);
    last().onclose?.();
    await vi.advanceTimersByTimeAsync(500);
    expect(urls).toHaveLength(2);
  });

  it("without a ticket for now is asked again", async () => {
    const remote = new Http();
    remote.guarded = true;
    const { events, urls } = start(remote);
    await vi.advanceTimersByTimeAsync(0);
    expect(events.at(-1)).toMatchObject({ type: "lost", retryAt: 500 });
    remote.tickets = { kind: "ticket", ticket: "t" };
    await vi.advanceTimersByTimeAsync(500);
    expect(urls).toEqual(["ws://host/api/v1/stream?ticket=t"]);
  });

  it("whose ticket comes after another attempt has begun opens one socket", async () => {
    const remote = new Http();
    remote.guarded = true;
    const given: ((answer: TicketAnswer) => void)[] = [];
    remote.ticket = () => new Promise((resolve) => given.push(resolve));
    const { stream, urls } = start(remote);
    stream.wake();
    given.forEach((give, i) => give({ kind: "ticket", ticket: `t${i}` }));
    await vi.advanceTimersByTimeAsync(0);
    expect(urls).toEqual(["ws://host/api/v1/stream?ticket=t1"]);
  });

  it("that does not know the token is not asked again", async () => {
    const remote = new Http();
    remote.guarded = true;
    remote.tickets = { kind: "denied" };
    const { events, sockets } = start(remote);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(events.at(-1)).toEqual({ type: "denied", token: "wrong" });
    expect(sockets).toEqual([]);
  });

  it("is told from one that is gone, without a token", async () => {
    const remote = new Http();
    remote.state = { kind: "denied" };
    const { events, sockets, last } = start(remote);
    last().onclose?.();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(events.at(-1)).toEqual({ type: "denied", token: "none" });
    expect(sockets).toHaveLength(1);
  });

  it.each([["#token=abc", "abc"], ["#token=", null], ["#x", null], ["", null],
    ["#token=a%2Bb", "a+b"]])("has its token in %s", (hash, expected) => {
    expect(tokenOf(hash)).toBe(expected);
  });
});

describe("behind a proxy that blocks sockets", () => {
  /** Lets every socket fail from now on, for so long. */
  async function blocked(page: ReturnType<typeof start>, ms: number) {
    for (let at = 0; at < ms; at += 500) {
      page.last().onclose?.();
      await vi.advanceTimersByTimeAsync(500);
    }
  }

  async function polling() {
    const remote = new Http();
    remote.state = news();
    const page = start(remote);
    await blocked(page, 5000);
    return page;
  }

  it("the state is polled after three sockets that did not open", async () => {
    const { events, remote } = await polling();
    const at = events.findIndex((event) => event.type === "polling");
    expect(events.slice(0, at).filter((event) => event.type === "lost")).toHaveLength(3);
    expect(events.slice(at + 1).some((event) =>
      event.type === "message" && event.message.t === "snapshot")).toBe(true);
    const asked = remote.asked;
    await vi.advanceTimersByTimeAsync(5 * POLL_MS);
    expect(remote.asked - asked).toBe(5);
    expect(events.at(-1)).toMatchObject({ type: "message" });
  });

  it("a socket is tried again now and then, and ends the polling when it opens", async () => {
    const { events, remote, sockets, last } = await polling();
    const before = sockets.length;
    await vi.advanceTimersByTimeAsync(SOCKET_RETRY_MS);
    expect(sockets).toHaveLength(before + 1);
    last().onopen?.();
    expect(events.at(-1)).toEqual({ type: "polling", on: false });
    const asked = remote.asked;
    await vi.advanceTimersByTimeAsync(5 * POLL_MS);
    expect(remote.asked).toBe(asked);
  });

  it("a host that goes away while polled is told, and dialled again", async () => {
    const { events, remote, sockets } = await polling();
    remote.state = { kind: "failed" };
    const before = sockets.length;
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect(events.at(-1)).toMatchObject({ type: "lost" });
    await vi.advanceTimersByTimeAsync(5000);
    expect(sockets.length).toBeGreaterThan(before);
  });

  it("a socket that does not open does not end the polling", async () => {
    const { events, remote, sockets, last } = await polling();
    await vi.advanceTimersByTimeAsync(SOCKET_RETRY_MS);
    const [before, said] = [sockets.length, events.length];
    last().onclose?.();
    const asked = remote.asked;
    await vi.advanceTimersByTimeAsync(SOCKET_RETRY_MS);
    expect([sockets.length, remote.asked - asked]).toEqual([before + 1, SOCKET_RETRY_MS / POLL_MS]);
    expect(events.slice(said).filter(({ type }) => type !== "message")).toEqual([]);
  });

  it("a host that wants a token in the meantime is told, and asked no more", async () => {
    const { events, remote } = await polling();
    remote.state = { kind: "denied" };
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect(events.slice(-2)).toEqual([{ type: "polling", on: false }, { type: "denied", token: "none" }]);
    const asked = remote.asked;
    await vi.advanceTimersByTimeAsync(2 * SOCKET_RETRY_MS);
    expect(remote.asked).toBe(asked);
  });

  it("a host that is only down is not polled", async () => {
    const page = start();
    await blocked(page, 20_000);
    expect(page.events.some((event) => event.type === "polling")).toBe(false);
  });
});
