import { expect, it } from "vitest";
import { KeyRows } from "../../../src/net/key-rows";

function rows() {
  const asked: string[] = [];
  let now = 0;
  let answer: () => Promise<unknown> = async () => ({ state: "ok", keys: ["a"], total: { n: [asked.length] } });
  const made = new KeyRows({
    ask: (path) => { asked.push(path); return answer(); }, now: () => now, later: () => undefined, changed: () => undefined,
  });
  const settle = () => new Promise((resolve) => { setTimeout(resolve); });
  return { made, asked, settle, at: (time: number) => { now = time; }, fail: () => { answer = () => Promise.reject(new Error("gone")); } };
}

it("asks for a key once for each revision, and not more often than can be followed", async () => {
  const { made, asked, settle, at } = rows();
  const get = (rev: number | null) => made.frame("p q", "1d", "a/b", rev)?.columns.total.get("n");
  expect([get(1), get(1)]).toEqual([undefined, undefined]);
  expect(asked).toEqual(["api/v1/panels/p%20q/data?key=a%2Fb&window=1d"]);
  await settle();
  expect([get(1), get(2), get(null), asked.length]).toEqual([[1], [1], [1], 1]);
  at(5000);
  get(2);
  await settle();
  expect([get(2), asked.length]).toEqual([[2], 2]);
});

it("keeps a known row where the host does not answer, and forgets it with another run", async () => {
  const { made, settle, at, fail, asked } = rows();
  made.attend("one");
  made.frame("p", null, "a", 1);
  await settle();
  fail();
  at(9000);
  expect(made.frame("p", null, "a", 2)).not.toBeNull();
  await settle();
  expect(made.frame("p", null, "a", 2)).not.toBeNull();
  expect(asked[0]).toBe("api/v1/panels/p/data?key=a");
  made.attend("two");
  expect(made.frame("p", null, "a", 2)).toBeNull();
});

it("keeps no more rows than a reader can have looked at", async () => {
  const { made, settle } = rows();
  for (let i = 0; i < 65; i += 1) made.frame("p", null, `k${i}`, 1);
  await settle();
  expect([made.frame("p", null, "k64", 1) === null, made.frame("p", null, "k0", 1) === null]).toEqual([false, true]);
});
