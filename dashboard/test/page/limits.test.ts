// Figures beyond a threshold: told by colour, icon and word in every kind of panel.
import { expect, it } from "vitest";
import { layoutFaults, watchCanvas } from "../../scripts/layout-faults.mjs";
import { accessibilityFaults, filled, LAPTOP, PHONE, WALL } from "./browser";
import { stage } from "./stage";

const on = stage();

it("says which rows are beyond, and marks them in tables, legends, tiles and numbers", async () => {
  const host = await on.serve("limits");
  const { page, errors } = await on.open(`${host.url}?lang=zh`, WALL);
  await filled(page);
  const panel = (id: string) => page.locator(`[data-panel="${id}"]`);
  expect(await panel("behavior").locator(".panel-strip").textContent()).toBe("购买 3.5万 ⚠ 偏低 (低于 50,000)");
  expect(await panel("behavior").locator(".legend li[data-level]").textContent()).toContain("⚠ 购买");
  expect(await panel("errors").locator("dd").textContent()).toBe("27.35%✖ 过高");
  expect(await panel("province").locator('.place[data-level="bad"]').count()).toBe(2);
  expect(await panel("traffic").locator(".panel-unit").textContent()).toBe("流量 · ┄ 红线 15 MB · ┄ 警戒 1 MB");
  await panel("age").locator('[data-toggle="table"]').focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => panel("age").locator("td[data-level]").allTextContents()).toEqual(["⚠ 偏高 246,913", "✖ 过低 2,469", "✖ 过高 333,333"]);
  expect(await accessibilityFaults(page)).toEqual([]);
  for (const theme of ["light", "contrast"]) {
    await page.goto(`${host.url}?lang=en&theme=${theme}&table.age=1`);
    await filled(page);
    expect(await accessibilityFaults(page, "colours")).toEqual([]);
  }
  expect(errors).toEqual([]);
});

it.each([["zh", WALL, "&kiosk=1"], ["en", WALL, ""], ["en", LAPTOP, ""], ["zh", PHONE, ""]] as const)(
  "lies over nothing and is not cut: %s %o %s", async (lang, viewport, more) => {
    const host = await on.serve("limits");
    const { page } = await on.open(`${host.url}?lang=${lang}&ops=0${more}`, viewport, watchCanvas);
    await filled(page);
    await expect.poll(() => layoutFaults(page)).toEqual([]);
  });
