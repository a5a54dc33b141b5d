// Takes pictures of a running page: three screens, two languages, two themes.
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
      for (const theme of ["dark", "light"]) await shoot(screen, lang, theme);
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
  await tab.goto(url.href);
  await tab.waitForFunction(
    () => document.body.dataset["state"] !== "connecting"
      && document.querySelector("[data-panel]") !== null
      && document.querySelector('[data-panel-state="loading"]') === null,
    undefined, { timeout: READY_TIMEOUT_MS },
  );
  const file = join(folder ?? "", `${screen.name}-${lang}-${theme}.png`);
  await tab.screenshot({ path: file, fullPage: screen.width < 600 });
  await tab.close();
  console.log(file);
}
