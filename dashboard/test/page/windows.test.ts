// Metrics with windows: frames that the stream does not carry are asked for when a
// reader chooses them, and a past window stays as it is.
import { expect, it } from "vitest";
import { frame, PANELS, update } from "../scripted/script.mjs";
import { accessibilityFaults, filled, LAPTOP, PHONE, WALL } from "./browser";
import { stage } from "./stage";

const on = stage();
const { open } = on;

const DAYS = [7, 8, 9, 10].map((day) => {
  const date = (n: number) => `2015-11-${String(n).padStart(2, "0")}T00:00:00+08:00`;
  return { spec: "1d", start: date(day), end: date(day + 1), state: "final" };
});

const WINDOWED = PANELS.map((panel) =>
  Object.is(panel.id, "gender") ? { ...panel, windows: ["cumulative", "1d"] } : panel);

/** Gender alone has windows: on the day n, n hundred events. */
function answer(name: string, search: URLSearchParams) {
  if (name === "history") {
    const windows = search.get("metric") === "gender" ? DAYS.map((window) => ({ window, total: [] })) : [];
    return { body: JSON.stringify({ metric: search.get("metric"), windows, truncated: false }) };
  }
  if (name !== "panels/gender/data") return null;
  const wanted = search.get("window");
  if (wanted === null || wanted === "cumulative") {
    return { body: JSON.stringify({ ...frame(["0"], [1]), window: null }) };
  }
  const past = DAYS.find(({ start }) => wanted === `1d@${start}`);
  if (past === undefined && wanted !== "1d") return null;
  const window = past ?? { spec: "1d", start: "2015-11-11T00:00:00+08:00", end: "2015-11-12T00:00:00+08:00", state: "open" };
  const events = Number(window.start.slice(8, 10)) * 100;
  return { body: JSON.stringify({ ...frame(["0", "1"], [events, 0]), window }) };
}

const serve = () => on.serve({ panels: WINDOWED }, { api: answer });

/** The questions about windows. */
const askedOf = ({ asked }: Awaited<ReturnType<typeof serve>>) =>
  asked.filter((path) => path.startsWith("history") || path.startsWith("panels/"));

// The lists were empty boxes until something else was drawn, 1.6 s after loading: an option
// whose value was its text was compared before it had the text.
it("are a list that names what is shown from its first moment on", async () => {
  const host = await serve();
  const page = await on.browser.newPage({ viewport: LAPTOP });
  // No answer about windows, so the list is drawn once and stays as it is.
  await page.route("**/api/v1/history*", () => undefined);
  await page.goto(host.url);
  const select = page.locator('[data-panel="gender"] .window-select');
  await select.waitFor();
  expect(await select.evaluate((list: HTMLSelectElement) => list.selectedOptions[0]?.text)).toBe("累计");
});

it("can be chosen where there are any, the past ones along a timeline by keyboard", async () => {
  const host = await serve();
  const { page, errors } = await open(host.url);
  await filled(page);
  const gender = page.locator('[data-panel="gender"]');
  const sum = () => gender.getAttribute("data-sum");
  const select = gender.locator(".window-select");
  await select.waitFor();
  expect(await page.locator(".window-select:visible").count()).toBe(1);
  await expect.poll(() => select.locator("option").allTextContents()).toEqual([
    "累计", "最新一天", "最新 3 天", "最新 7 天", "最新 30 天", "过去某一天",
  ]);
  await select.selectOption("1d");
  await expect.poll(sum).toBe("1100");
  expect(await gender.locator(".window-text").textContent()).toBe("2015-11-11");
  await select.selectOption("1d@");
  await expect.poll(sum).toBe("1000");
  expect(await gender.locator(".window-text").textContent()).toBe("◷ 2015-11-10");
  const line = gender.getByRole("slider");
  await line.focus();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await expect.poll(sum).toBe("800");
  expect(await line.getAttribute("aria-valuetext")).toBe("2015-11-08");
  expect(await page.evaluate(() => document.activeElement?.getAttribute("type"))).toBe("range");
  await page.keyboard.press("Home");
  await expect.poll(sum).toBe("700");
  expect(await accessibilityFaults(page)).toEqual([]);
  // A past window stays as it is while other panels change.
  const before = askedOf(host).length;
  host.send(update(2_000_000, Date.now()));
  await page.waitForFunction(() =>
    document.querySelector<HTMLElement>('[data-panel="age"]')?.dataset["sum"] === "2000000");
  expect([await sum(), askedOf(host).length]).toEqual(["700", before]);
  // A link opens the window, and the saved data is of it.
  await expect.poll(() => new URL(page.url()).searchParams.get("window.gender")).toBe("1d@2015-11-07T00:00:00+08:00");
  await gender.locator("[data-menu]").click();
  expect(await gender.locator('[data-act="csv"]').getAttribute("href"))
    .toContain("format=csv&window=1d%402015-11-07T00%3A00%3A00%2B08%3A00");
  await page.reload();
  await expect.poll(sum).toBe("700");
  await select.selectOption("");
  await expect.poll(sum).not.toBe("700");
  expect(await gender.locator(".window-text").textContent()).toBe("");
  expect(errors).toEqual([]);
});

it("that no metric has is left out of a link", async () => {
  const host = await serve();
  const { page } = await open(`${host.url}?window.age=7d&window.gender=<1>`);
  await filled(page);
  expect(await page.locator('[data-panel="age"]').getAttribute("data-window")).toBeNull();
  expect(await page.locator('[data-panel="gender"]').getAttribute("data-window")).toBeNull();
});

it.each(Object.entries({ WALL, LAPTOP, PHONE }))("fits: %s", async (_name, screen) => {
  const host = await serve();
  const { page } = await open(`${host.url}?lang=en&window.gender=1d@2015-11-09T00:00:00%2B08:00`, screen);
  await filled(page);
  await page.locator('[data-panel="gender"] .window-line').waitFor();
  const cut = await page.locator('[data-panel="gender"]').evaluate((panel) => {
    const box = panel.getBoundingClientRect();
    return [...panel.querySelectorAll(".window-row > *, .legend li")].filter((part) => {
      const { left, right, bottom } = part.getBoundingClientRect();
      return left < box.left || right > box.right || bottom > box.bottom;
    }).map((part) => part.className);
  });
  expect(cut).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(screen.width);
});

it("is shown on a wall without anything to press", async () => {
  const host = await serve();
  const { page } = await open(`${host.url}?kiosk=1&window.gender=1d@2015-11-09T00:00:00%2B08:00`);
  await filled(page);
  await page.getByText("◷ 2015-11-09").waitFor();
  expect(await page.locator("select:visible, input:visible").count()).toBe(0);
});
