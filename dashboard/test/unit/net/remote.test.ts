import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { HttpRemote } from "../../../src/net/remote";
import { greeting } from "../../scripted/script.mjs";

let server: Server | null = null;
const stop = () => new Promise<void>((resolve) => {
  if (server === null) return resolve();
  server.closeAllConnections();
  server.close(() => resolve());
  server = null;
});
afterEach(stop);

const NOW = Date.UTC(2026, 0, 2);
const [hello, schema, snapshot] = greeting({ now: NOW });

interface Reply {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A host that gives one reply after the other, the last one again and again; `asked` are the requests. */
async function host(...replies: readonly Reply[]) {
  const asked: IncomingMessage[] = [];
  const http = createServer((request: IncomingMessage, response: ServerResponse) => {
    const { status = 200, body = "", headers = {} } = replies[Math.min(asked.length, replies.length - 1)] ?? {};
    asked.push(request);
    response.writeHead(status, { Date: new Date(NOW).toUTCString(), ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  server = http;
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return { page: `http://127.0.0.1:${(http.address() as AddressInfo).port}/shop/?lang=en#x`, asked };
}

const later = (ms: number) => ({ Date: new Date(NOW + ms).toUTCString() });
const latest: Reply = { body: { hello, schema, snapshot }, headers: { ETag: '"7"' } };

describe("a ticket", () => {
  it("is asked for beside the page, with the token", async () => {
    const { page, asked } = await host({ body: { ticket: "abc", expires_ms: 10_000 } });
    expect(await new HttpRemote(page, "s3cret").ticket()).toEqual({ kind: "ticket", ticket: "abc" });
    expect(asked.map(({ method, url, headers }) => [method, url, headers.authorization]))
      .toEqual([["POST", "/shop/api/v1/ticket", "Bearer s3cret"]]);
  });

  it.each([
    ["refused to who has another token", { status: 401, body: { error: "no" } }, "denied"],
    ["not there while all are out", { status: 503, body: { error: "later" } }, "failed"],
    ["not there in an answer of another shape", { body: { ticket: 7 } }, "failed"],
    ["not there in what is no JSON", { body: "<html>" }, "failed"],
  ])("is %s", async (_name, reply, kind) => {
    const { page } = await host(reply);
    expect(await new HttpRemote(page, "t").ticket()).toEqual({ kind });
  });

  it("is needed by who has a token, and by nobody else", () => {
    expect([new HttpRemote("http://h/", "t").guarded, new HttpRemote("http://h/", null).guarded]).toEqual([true, false]);
  });
});

describe("the state over plain HTTP", () => {
  const kinds = (answer: Awaited<ReturnType<HttpRemote["latest"]>>) =>
    (answer.kind === "news" ? answer.messages.map((message) => message.t) : answer.kind);

  it("is what a stream would begin with", async () => {
    const { page, asked } = await host(latest);
    expect(kinds(await new HttpRemote(page, null).latest())).toEqual(["hello", "schema", "snapshot"]);
    expect(asked.map(({ method, url, headers }) => [method, url, headers.authorization, headers["if-none-match"]]))
      .toEqual([["GET", "/shop/api/v1/stream/latest", undefined, undefined]]);
  });

  it("is told once, and after that only that the host's clock runs", async () => {
    const { page, asked } = await host(latest, { status: 304, headers: later(2000) }, { status: 304, headers: later(2000) });
    const remote = new HttpRemote(page, null);
    await remote.latest();
    expect(await remote.latest()).toEqual({ kind: "news", messages: [{ t: "hb", now: NOW + 2000 }] });
    // A clock that stands still is no sign of life.
    expect(await remote.latest()).toEqual({ kind: "news", messages: [] });
    expect(asked.map(({ headers }) => headers["if-none-match"])).toEqual([undefined, '"7"', '"7"']);
  });

  it("brings the clock of the answer with it where the state is older", async () => {
    const { page } = await host({ ...latest, headers: later(9000) });
    expect(kinds(await new HttpRemote(page, null).latest())).toEqual(["hello", "schema", "snapshot", "hb"]);
  });

  it("is asked for whole again once the page has another one", async () => {
    const { page, asked } = await host(latest);
    const remote = new HttpRemote(page, null);
    await remote.latest();
    remote.forget();
    expect(kinds(await remote.latest())).toHaveLength(3);
    expect(asked[1]?.headers["if-none-match"]).toBeUndefined();
  });

  it.each([
    ["the host wants a token", { status: 401 }, "denied"],
    ["the host fails", { status: 500, body: { hello, schema, snapshot } }, "failed"],
    ["a proxy answers in its place", { body: "<html>login</html>" }, "failed"],
    ["a part is missing", { body: { hello, schema } }, "failed"],
    ["a part cannot be read", { body: { hello, schema, snapshot: { ...snapshot, status: null } } }, "failed"],
  ])("is not known where %s", async (_name, reply, kind) => {
    const { page } = await host(reply);
    expect(await new HttpRemote(page, null).latest()).toEqual({ kind });
  });

  it("is not remembered by the tag of an answer that could not be read", async () => {
    const { page, asked } = await host({ body: { hello }, headers: { ETag: '"8"' } }, latest);
    const remote = new HttpRemote(page, null);
    await remote.latest();
    expect(kinds(await remote.latest())).toHaveLength(3);
    expect(asked[1]?.headers["if-none-match"]).toBeUndefined();
  });

  it("is not known where nobody answers, and that is an answer too", async () => {
    const { page } = await host(latest);
    await stop();
    const remote = new HttpRemote(page, "t");
    expect([await remote.latest(), await remote.ticket()]).toEqual([{ kind: "failed" }, { kind: "failed" }]);
  });
});
