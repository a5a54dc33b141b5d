// Takes pictures of a running page: three screens, two languages,
// three themes, as it opens and as a whole with its operations.
//
//     SHOTS_URL=http://127.0.0.1:5001/ npm run shots -- FOLDER
//
// CHROMIUM names the browser where it is not /usr/bin/chromium.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { CHROMIUM, FLAGS } from "./browser.mjs";

const SCREENS = [
  { name: "1920x1080", width: 1920, height: 1080 },
  { name: "1366x768", width: 1366, height: 768 },
  { name: "390x844", width: 390, height: 844 },
];
const READY_TIMEOUT_MS = 15_000;
const REPORTS_MS = 2500;

const folder = process.argv[2];
if (folder === undefined) {
  console.error("no folder was given; hint: npm run shots -- FOLDER");
  process.exit(2);
}
const page = process.env["SHOTS_URL"] ?? "http://127.0.0.1:5001/";
await mkdir(folder, { recursive: true });

const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
try {
  for (const screen of SCREENS) {
    for (const lang of ["zh", "en"]) {
      for (const theme of ["dark", "light", "contrast"]) await shoot(screen, lang, theme);
    }
  }
} finally {
  await browser.close();
}

/**
 * @param {(typeof SCREENS)[number]} screen
 * @param {string} lang
 * @param {string} theme
 */
async function shoot(screen, lang, theme) {
  const tab = await browser.newPage({
    viewport: { width: screen.width, height: screen.height },
    deviceScaleFactor: screen.width < 600 ? 2 : 1,
  });
  const url = new URL(page);
  url.searchParams.set("lang", lang);
  url.searchParams.set("theme", theme);
  url.searchParams.set("ops", "1");
  await tab.goto(url.href);
  await tab.waitForFunction(
    () => document.body.dataset["state"] !== "connecting"
      && document.querySelector("[data-panel]") !== null
      && document.querySelector('[data-panel-state="loading"]') === null,
    undefined, { timeout: READY_TIMEOUT_MS },
  );
  // The reports of the operations come with the next question of the page.
  await tab.waitForTimeout(REPORTS_MS);
  const width = await tab.evaluate(() => document.documentElement.scrollWidth);
  if (width > screen.width) throw new Error(`${url.href} is ${width} pixels wide on ${screen.name}`);
  const name = join(folder ?? "", `${screen.name}-${lang}-${theme}`);
  for (const [file, fullPage] of /** @type {const} */ ([[`${name}.png`, false], [`${name}-whole.png`, true]])) {
    await tab.screenshot({ path: file, fullPage });
    console.log(file);
  }
  await tab.close();
}
