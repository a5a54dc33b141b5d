// Takes pictures of the page on many screens, in both languages and all themes, and names
// every fault of layout that it finds on the way: of a running page as it opens and as a
// whole with its operations, and of scripted pages with 1 to 16 metrics of every kind of
// chart. The command fails where there is a fault.
//
//     SHOTS_URL=http://127.0.0.1:5001/ npm run shots -- FOLDER [PART]
//
// Only pictures whose names hold PART are taken; names of scripted ones begin with
// "scripted". CHROMIUM names the browser where it is not /usr/bin/chromium.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { CHOICES, every, everyApi } from "../test/scripted/every.mjs";
import { ScriptedHost } from "../test/scripted/host.mjs";
import { greeting } from "../test/scripted/script.mjs";
import { CHROMIUM, FLAGS } from "./browser.mjs";
import { HEADLINE_SCENE } from "../test/scripted/headlines.mjs";
import { mapApi, MAP_SCENE } from "../test/scripted/map.mjs";
import { layoutFaults, watchCanvas } from "./layout-faults.mjs";
import { wallFaults } from "./wall-faults.mjs";

const SCREENS = [
  "1920x1080", "3840x2160", "5760x1080", "2560x1080", "1080x1920", "1366x768", "390x844",
].map((name) => {
  const [width = 0, height = 0] = name.split("x").map(Number);
  return { name, width, height };
});
const LANGS = ["zh", "en"];
const THEMES = ["dark", "light", "contrast"];
const METRICS = [1, 4, 8, 16];
const READY_TIMEOUT_MS = 15_000;
const REPORTS_MS = 2500;
/** What has been asked for by then is drawn. */
const SETTLED_MS = 400;

const [folder, part = ""] = process.argv.slice(2);
if (folder === undefined) {
  console.error("no folder was given; hint: npm run shots -- FOLDER");
  process.exit(2);
}
const running = process.env["SHOTS_URL"] ?? "http://127.0.0.1:5001/";
await mkdir(folder, { recursive: true });

/** @type {string[]} */
const faults = [];
const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
try {
  for (const screen of SCREENS) {
    for (const lang of LANGS) {
      for (const theme of THEMES) await shoot(running, `${screen.name}-${lang}-${theme}`, screen, { lang, theme, ops: "1" }, true);
    }
  }
  for (const metrics of METRICS) await shootScripted(metrics);
  await shootPoster();
} finally {
  await browser.close();
}
if (faults.length > 0) {
  console.error(`${faults.length} faults of layout:\n${faults.join("\n")}`);
  process.exit(1);
}

/** Each screen as it opens in all languages and themes, and what can be chosen in the first theme. @param {number} metrics */
async function shootScripted(metrics) {
  const host = await ScriptedHost.start({ greeting: () => greeting({ ...every(metrics), hello: { heartbeat_ms: 60_000 } }), api: everyApi });
  const enlarged = Object.fromEntries((every(metrics).panels ?? []).slice(0, 8)
    .map(({ id }) => [`panel-${id}`, `panel=${id}`]));
  const choices = { ...CHOICES, kiosk: "kiosk=1", ...(metrics === 8 ? enlarged : {}) };
  for (const screen of SCREENS) {
    for (const lang of LANGS) {
      for (const theme of THEMES) {
        for (const [choice, query] of Object.entries(choices)) {
          if (theme !== THEMES[0] && choice !== "opened") continue;
          const name = `scripted-${metrics}-${screen.name}-${lang}-${theme}-${choice}`;
          await shoot(`${host.url}?${query}`, name, screen, { lang, theme }, false);
        }
      }
    }
  }
  await host.stop();
}

/** Figures of the pipeline above a map and three charts, on a desk and on a wall. */
async function shootPoster() {
  const scene = { ...MAP_SCENE, ...HEADLINE_SCENE, hello: { heartbeat_ms: 60_000 } };
  const host = await ScriptedHost.start({ greeting: () => greeting(scene), api: mapApi });
  for (const screen of SCREENS) {
    for (const lang of LANGS) {
      for (const theme of THEMES) {
        for (const [choice, query] of Object.entries({ opened: "ops=0", kiosk: "kiosk=1", map: "panel=province" })) {
          if (theme !== THEMES[0] && choice !== "kiosk") continue;
          await shoot(`${host.url}?${query}`, `poster-${screen.name}-${lang}-${theme}-${choice}`, screen, { lang, theme }, false);
        }
      }
    }
  }
  await host.stop();
}

/**
 * @param {string} address @param {string} name @param {(typeof SCREENS)[number]} screen
 * @param {Readonly<Record<string, string>>} query @param {boolean} isRunning
 */
async function shoot(address, name, screen, query, isRunning) {
  if (!name.includes(part)) return;
  const tab = await browser.newPage({
    viewport: { width: screen.width, height: screen.height },
    deviceScaleFactor: screen.width < 600 ? 2 : 1,
  });
  await watchCanvas(tab);
  const url = new URL(address);
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  await tab.goto(url.href);
  await tab.waitForFunction(
    () => document.body.dataset["state"] !== "connecting"
      && document.querySelector("[data-panel]") !== null
      && document.querySelector('[data-panel-state="loading"]:not([inert])') === null,
    undefined, { timeout: READY_TIMEOUT_MS },
  );
  // The reports of the operations come with the next question of the page.
  await tab.waitForTimeout(isRunning ? REPORTS_MS : SETTLED_MS);
  faults.push(...(await layoutFaults(tab)).map((fault) => `${name}: ${fault}`));
  const isWall = url.searchParams.get("kiosk") === "1" && screen.width >= 1000;
  if (isWall) faults.push(...(await wallFaults(tab)).map((fault) => `${name}: ${fault}`));
  const file = join(folder ?? "", name);
  for (const [path, fullPage] of /** @type {const} */ ([[`${file}.png`, false], [`${file}-whole.png`, true]])) {
    if (fullPage && !isRunning) continue;
    await tab.screenshot({ path, fullPage });
    console.log(path);
  }
  await tab.close();
}
