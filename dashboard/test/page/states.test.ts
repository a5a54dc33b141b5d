// The page in states that a real pipeline reaches rarely, driven by a scripted
// host that serves the built page.
import { describe, expect, it } from "vitest";
import { SCENES } from "../scripted/scenes.mjs";
import { update } from "../scripted/script.mjs";
import {
  accessibilityFaults, desaturated, filled, inState, LAPTOP, PHONE, sums, tileValue,
  WALL,
} from "./browser";
import { stage } from "./stage";

const { open, serve } = stage();
const FAST = { heartbeat_ms: 200 };

describe("a page", () => {
  it("shows exact figures at once and follows them", async () => {
    const host = await serve({ events: 1000 });
    const { page, errors } = await open(host.url);
    await filled(page);
    expect(await sums(page)).toEqual({ behavior: 999, age: 1000, gender: 1000, province: 929 });
    expect(await tileValue(page, "events")).toBe(1000);
    host.send(update(2000, Date.now()));
    await page.waitForFunction(() =>
      document.querySelector<HTMLElement>('[data-panel="gender"]')?.dataset["sum"] === "2000");
    expect(await page.getByTestId("accounting").getAttribute("data-balanced")).toBe("true");
    expect(errors).toEqual([]);
  });

  it("says above everything what stands still while the rest goes on", async () => {
    const host = await serve("warned");
    const { page, errors } = await open(host.url);
    await filled(page);
    const notice = page.getByTestId("notice");
    await notice.waitFor();
    expect(await notice.getAttribute("role")).toBe("alert");
    expect(await page.getByTestId("trouble").textContent())
      .toBe("分区 3 停止计数：分区 3 已读到位点 900，但日志止于 5");
    expect(await page.getByTestId("more-troubles").textContent()).toContain("185d 可让 99.9 % 的记录准时");
    expect(await page.getByTestId("trouble-note").textContent()).toMatch(/^自 .* 起，已 1 分钟 3\d 秒。所示计数截至 .* 准确/);
    expect(await page.evaluate(() => document.body.dataset["state"])).toBe("troubled");
    // Nothing beside the sentence says that all is well.
    expect(await page.getByTestId("accounting").locator(".verdict").textContent()).toBe("已计部分账目相符");
    expect(await page.getByTestId("bottleneck").textContent()).not.toContain("没有瓶颈");
    const [sentence, tiles] = await Promise.all([notice.boundingBox(), page.locator(".tiles").boundingBox()]);
    expect(sentence?.y).toBeLessThan(tiles?.y ?? 0);
    expect(errors).toEqual([]);
  });

  it("works under a sub-path", async () => {
    const host = await serve("live", { path: "/shop/live/" });
    const { page, requests } = await open(host.url);
    await filled(page);
    expect(requests.filter((url) => !url.includes(`:${host.port}/shop/live/`))).toEqual([]);
  });

  it("draws nothing while hidden and is current when seen again", async () => {
    const host = await serve({ events: 1000 });
    const { page } = await open(host.url);
    await filled(page);
    const hide = (hidden: boolean) => page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
    await hide(true);
    const received = page.waitForEvent("console", (message) => message.text() === "seen");
    await page.evaluate(() => {
      // A page that draws while hidden would have drawn the message within two frames.
      setTimeout(() => requestAnimationFrame(() =>
        requestAnimationFrame(() => console.log("seen"))), 300);
    });
    host.send(update(5000, Date.now()));
    await received;
    expect((await sums(page))["gender"]).toBe(1000);
    await hide(false);
    await page.waitForFunction(() =>
      document.querySelector<HTMLElement>('[data-panel="gender"]')?.dataset["sum"] === "5000");
  });

  it("remembers the chosen language and theme", async () => {
    const host = await serve();
    const { page } = await open(host.url);
    await filled(page);
    await page.getByTestId("language").click();
    await page.getByTestId("theme").click();
    await page.waitForFunction(() => document.documentElement.lang === "en");
    await page.reload();
    await filled(page);
    expect(await page.evaluate(() => [
      document.documentElement.lang, document.documentElement.dataset["theme"],
    ])).toEqual(["en", "light"]);
  });

  it("can be used by keyboard alone", async () => {
    const host = await serve();
    const { page } = await open(host.url);
    await filled(page);
    await page.keyboard.press("Tab");
    const outline = await page.evaluate(() => {
      const focused = document.activeElement;
      return focused && [focused.getAttribute("data-testid"), getComputedStyle(focused).outlineStyle];
    });
    expect(outline).toEqual(["language", "solid"]);
    await page.locator('[data-panel="gender"] [data-scope="late"]').focus();
    await page.keyboard.press("Enter");
    await page.locator('[data-panel="gender"] [data-toggle="table"]').focus();
    await page.keyboard.press("Space");
    const table = page.locator('[data-panel="gender"] table');
    await table.waitFor();
    expect(await table.locator("tbody tr").count()).toBe(3);
  });

  it("stands still for readers who want it so", async () => {
    const host = await serve();
    const { page } = await open(host.url);
    await page.emulateMedia({ reducedMotion: "reduce" });
    await inState(page, "live");
    expect(await page.evaluate(() =>
      getComputedStyle(document.querySelector(".badge .icon") ?? document.body).animationName,
    )).toBe("none");
  });
});

describe("the connection", () => {
  it("is stale when the host falls silent, and live when it speaks again", async () => {
    const host = await serve({ hello: FAST });
    const { page } = await open(host.url);
    await inState(page, "stale");
    expect(await desaturated(page)).toBe(true);
    // One word makes it live for a moment only, which a busy machine may not see.
    const chatter = setInterval(() => host.send(update(2_000_000, Date.now() + 5000)), 50);
    try {
      await inState(page, "live");
      expect(await desaturated(page)).toBe(false);
    } finally {
      clearInterval(chatter);
    }
    await inState(page, "stale");
  });

  it("is stale when the host's clock stands still though messages come", async () => {
    const host = await serve({ hello: FAST, now: 1_700_000_000_000 });
    const { page } = await open(host.url);
    const chatter = setInterval(() => host.send({ t: "hb", seq: 1, now: 1_700_000_000_000 }), 50);
    try {
      await inState(page, "stale");
    } finally {
      clearInterval(chatter);
    }
  });

  it("comes back by itself to another host, with that host's state", async () => {
    const first = await serve({ events: 5000 });
    const { page } = await open(first.url);
    await filled(page);
    const port = first.port;
    await first.stop();
    await inState(page, "reconnecting");
    expect(await desaturated(page)).toBe(true);
    expect(await page.getByTestId("state-detail").textContent()).toMatch(/第 \d+ 次/);
    await serve({ events: 100, hello: { epoch: "e2" }, frames: { age: null } }, { port });
    await inState(page, "live", 30_000);
    await page.waitForFunction(() =>
      document.querySelector<HTMLElement>('[data-panel="gender"]')?.dataset["sum"] === "100");
    expect(await tileValue(page, "events")).toBe(100);
    expect(await page.locator('[data-panel="age"]').getAttribute("data-panel-state"))
      .toBe("unreadable");
  });

  it("waits as long as a goodbye asks", async () => {
    const host = await serve();
    const { page } = await open(host.url);
    await filled(page);
    host.send({ t: "bye", reason: "shutdown", retry_ms: 30_000 });
    const { port } = host;
    await host.stop();
    await inState(page, "reconnecting");
    const detail = page.getByTestId("state-detail");
    await expect.poll(() => detail.textContent()).toMatch(/(30|2\d) 秒后重试/);
    const next = await serve("live", { port });
    expect(next.connections).toBe(0);
  });

  it("reloads once for another build of the page", async () => {
    const first = await serve();
    const { page } = await open(first.url);
    await filled(page);
    let loads = 0;
    page.on("load", () => { loads += 1; });
    const { port } = first;
    await first.stop();
    const second = await serve({ hello: { build: "b2" } }, { port });
    await expect.poll(() => loads, { timeout: 20_000 }).toBe(1);
    await filled(page);
    expect(second.connections).toBe(2);
  });

  it("says that it cannot read another protocol", async () => {
    const host = await serve({ hello: { proto: 2 } });
    const { page } = await open(host.url);
    await inState(page, "failed");
    expect(await page.getByTestId("trouble").textContent()).toContain("协议");
  });
});

describe("what the host says of itself", () => {
  it("waiting names the cause and a command that can be copied", async () => {
    const host = await serve("waiting");
    const { page } = await open(host.url);
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await inState(page, "waiting");
    expect(await page.getByTestId("trouble").textContent()).toBe("没有记录在计数：连不上 Kafka：localhost:9092");
    expect(await page.getByTestId("hint").textContent()).toBe("streamgauge check");
    await page.getByRole("button", { name: "复制" }).click();
    await page.getByRole("button", { name: "已复制" }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("streamgauge check");
    await page.getByTestId("language").click();
    await page.getByText("No record is counted: Kafka cannot be reached at localhost:9092").waitFor();
    expect(await tileValue(page, "lag")).toBeNaN();
  });

  it("failed names the cause", async () => {
    const host = await serve("failed");
    const { page } = await open(`${host.url}?lang=en`);
    await inState(page, "failed");
    expect(await page.getByTestId("trouble").textContent()).toContain("partition 3");
  });

  it("catching up says how far and how long", async () => {
    const host = await serve("catching-up");
    const { page } = await open(host.url);
    await inState(page, "catching-up");
    expect(await page.getByTestId("state-detail").textContent())
      .toBe("还差 420.0万 条 · 约 1 分钟 36 秒");
  });

  it("a quarantined metric is shown as such and alone", async () => {
    const host = await serve("quarantined");
    const { page } = await open(host.url);
    await inState(page, "troubled");
    const gender = page.locator('[data-panel="gender"]');
    await gender.getByText("deadline of 50 ms exceeded in `add`").waitFor();
    expect(await page.locator('[data-panel-state="ok"]').count()).toBe(3);
    expect(await page.getByTestId("facts").textContent()).toContain("年龄分布 排除 3 条");
    expect(await page.getByTestId("facts").textContent()).toContain("检查点失败 2 次");
  });

  it("an account that does not add up is red and says by how much", async () => {
    const host = await serve({
      status: { accounting: { read: 100, on_time: 90, late: 5, rejected: 2 } },
    });
    const { page } = await open(host.url);
    await inState(page, "live");
    expect(await page.getByTestId("accounting").getAttribute("data-balanced")).toBe("false");
    await page.getByText("账目不符，相差 3").waitFor();
  });
});

describe("a second dimension", () => {
  it.each(Object.entries({ WALL, LAPTOP, PHONE }))("is a heat map and a table: %s", async (_name, screen) => {
    const host = await serve("crossed");
    const { page, errors } = await open(`${host.url}?lang=en`, screen);
    await filled(page);
    const hours = page.locator('[data-panel="hours"]');
    expect(await hours.getAttribute("data-kind")).toBe("heatmap");
    await hours.getByText("Other (19 cells)").waitFor();
    await hours.locator(".measure-select").selectOption({ index: 1 });
    expect(await hours.locator(".measure-select option").allTextContents()).toEqual(["Events", "Buyers"]);
    const chart = hours.locator(".chart-host");
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    if (box === null) throw new Error("chart has no box");
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.3);
    const tip = hours.locator(".tip");
    await tip.waitFor();
    expect(await tip.locator("dt").allTextContents()).toEqual(["City", "Hour", "Buyers"]);
    expect(await tip.locator("dd").last().textContent()).toMatch(/^[\d,]+ ± \d+$/);
    await hours.locator('[data-toggle="table"]').click();
    await hours.locator("table").waitFor();
    expect(await hours.locator("thead th").allTextContents())
      .toEqual(["City", "Hour", "Events", "Buyers"]);
    expect(await hours.locator("tbody tr").first().locator("th").allTextContents())
      .toEqual(["北京市", "04"]);
    const buyers = hours.locator("tbody tr").first().locator("td").last();
    const total = await buyers.textContent();
    expect(total).toMatch(/^[\d,]+ ± \d+$/);
    await hours.locator('[data-scope="late"]').click();
    await expect.poll(() => buyers.textContent()).not.toBe(total);
    expect(await page.locator('[data-panel="buyers"] dd').textContent()).toBe("382,716± 1.2%");
    expect(await page.locator('[data-panel="orders"] small').textContent()).toBe("");
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(screen.width);
    expect(errors).toEqual([]);
  });

  it("draws a map of very many cells, and draws it anew with each update", async () => {
    const host = await serve("vast");
    const { page, errors } = await open(`${host.url}?ops=0`);
    await filled(page);
    const before = await page.locator('[data-panel="vast"]').getAttribute("data-sum");
    host.send({ ...update(1, Date.now()), frames: { vast: SCENES["crossed"]?.frames?.["actions"] } });
    await page.waitForFunction((sum) =>
      document.querySelector<HTMLElement>('[data-panel="vast"]')?.dataset["sum"] !== sum, before);
    expect(await page.locator('[data-panel="vast"]').getAttribute("data-kind")).toBe("heatmap");
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBe(LAPTOP.height);
    expect(errors).toEqual([]);
  });
});

describe("hostile data", () => {
  it("is shown as text, bounded, and breaks nothing", async () => {
    const host = await serve("hostile");
    const { page, errors, requests } = await open(host.url);
    await inState(page, "live");
    await page.locator('[data-panel="broken"][data-panel-state="unreadable"]').waitFor();
    expect(await page.locator('[data-panel-state="ok"]').count()).toBe(7);
    expect(await page.locator("#app img").count()).toBe(0);
    expect(await page.title()).not.toBe("owned");
    expect(requests.filter((url) => url.includes("example.invalid"))).toEqual([]);
    for (const id of ["markup", "long"]) {
      const box = await page.locator(`[data-panel="${id}"] .chart-host`).boundingBox();
      if (box === null) throw new Error("chart has no box");
      // On the ring's band, or on the first bar.
      const up = id === "markup" ? Math.min(box.width, box.height) * 0.39 : box.height * 0.25;
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2 - up);
      // The tooltip of a ring lies beside it, over all panels.
      await page.locator(id === "markup" ? "body > .chart-tip .tip" : `[data-panel="${id}"] .tip`).waitFor();
    }
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    host.send("{ not json");
    host.send({ t: "from the future" });
    await page.getByText("2 条消息无法解读").waitFor();
    expect(errors).toEqual([]);
  });
});

describe("accessibility", () => {
  it.each(["waiting", "failed", "quarantined", "hostile", "ended", "crossed"])(
    "has no fault when %s", async (name) => {
      const host = await serve(SCENES[name]);
      const { page } = await open(host.url);
      await page.locator("[data-panel-state]").first().waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
    });

  it("has no fault in dated figures", async () => {
    const host = await serve({ hello: FAST });
    const { page } = await open(host.url);
    await inState(page, "stale");
    expect(await accessibilityFaults(page)).toEqual([]);
  });
});
