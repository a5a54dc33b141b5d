// The page with every kind of chart, with windows and lists of measures: nothing lies over
// anything else and nothing is cut without a mark. `npm run shots` looks at more screens.
import { expect, it } from "vitest";
import { layoutFaults, watchCanvas } from "../../scripts/layout-faults.mjs";
import { CHOICES, every, everyApi, PLACES } from "../scripted/every.mjs";
import { LAPTOP, filled, PHONE } from "./browser";
import { stage } from "./stage";

const on = stage();

it.each([
  [8, "lang=zh", "opened"], [8, "lang=en", "opened"], [8, "lang=en&theme=light", "past"],
  [4, "lang=en", "trends"], [8, "lang=zh&kiosk=1", "opened"],
  [8, "lang=en", "compared"], [4, "lang=zh&kiosk=1", "compared"],
] as const)("of %i metrics, nothing overlaps or is cut on any screen: %s, %s", async (metrics, query, choice) => {
  const host = await on.serve(every(metrics), { api: everyApi });
  const { page } = await on.open(`${host.url}?${query}&${CHOICES[choice]}`, LAPTOP, watchCanvas);
  await filled(page);
  for (const place of PLACES) {
    const [width = 0, height = 0] = place.split("x").map(Number);
    await page.setViewportSize({ width, height });
    await expect.poll(async () => (await layoutFaults(page)).map((fault) => `${place}: ${fault}`)).toEqual([]);
  }
});

// A whole screen of tiles stood before the first chart.
it("a phone shows a chart on its first screen", async () => {
  const host = await on.serve();
  const { page } = await on.open(host.url, PHONE);
  await filled(page);
  const chart = await page.locator(".chart-host").first().boundingBox();
  expect(chart === null ? Infinity : chart.y + chart.height).toBeLessThan(PHONE.height);
});
