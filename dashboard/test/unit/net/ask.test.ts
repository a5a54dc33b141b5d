import { describe, expect, it, vi } from "vitest";
import { askEvents, eventOf, type Progress } from "../../../src/net/ask";

/** A host whose answer comes in these pieces. */
function answering(pieces: readonly string[], status = 200) {
  vi.stubGlobal("document", { baseURI: "http://host/page/?ops=1" });
  vi.stubGlobal("fetch", async () => {
    const encoded = pieces.map((piece) => new TextEncoder().encode(piece));
    const body = new ReadableStream({
      start: (sent) => {
        for (const piece of encoded) sent.enqueue(piece);
        sent.close();
      },
    });
    return new Response(body, { status });
  });
}

async function asked(pieces: readonly string[], status = 200) {
  answering(pieces, status);
  const told: Progress[] = [];
  const answer = await askEvents("api/v1/explain/events", (one) => told.push(one), new AbortController().signal);
  vi.unstubAllGlobals();
  return { answer, told };
}

describe("an answer that takes long", () => {
  it("tells how far it is, wherever its bytes are cut", async () => {
    const whole = 'event: progress\ndata: {"read":1,"of":2}\n\nevent: explanation\ndata: {"省":"广东"}\n\n';
    for (let at = 1; at < whole.length; at += 7) {
      const { answer, told } = await asked([whole.slice(0, at), whole.slice(at)]);
      expect(answer).toEqual({ kind: "ok", value: { 省: "广东" } });
      expect(told).toEqual([{ read: 1, of: 2 }]);
    }
  });

  it("is refused in the host's words, at once or later", async () => {
    const later = await asked(['event: refused\ndata: {"error":"the broker is gone"}\n\n']);
    expect(later.answer).toEqual({ kind: "refused", status: 200, error: "the broker is gone" });
    const atOnce = await asked(['{"error":"too far"}'], 422);
    expect(atOnce.answer).toEqual({ kind: "refused", status: 422, error: "too far" });
  });

  it("fails where it is cut off, and skips what it does not understand", async () => {
    const { answer, told } = await asked(['event: progress\ndata: {"read":9,"of":0}\n\nevent: new\ndata: 1\n\n']);
    expect([answer, told]).toEqual([{ kind: "failed" }, []]);
    expect(eventOf("data: {")).toEqual({ name: "", value: null });
  });
});
