// The page over a pipeline that keeps its state: however often the host is killed, the page comes
// back by itself and shows exactly what was written, once each.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { counted, desaturated, inState, tileValue, type Tab } from "./browser";
import { appendEvents, filePipeline } from "./host";
import { RealStage } from "./stage";

const KILLS = 3;

/** Records between two kills. */
const RECORDS = 250;

let tab: Tab;
let written = 0;

const on = new RealStage("kept", async ({ folder }) => {
  await writeFile(join(folder, "pipeline.toml"), await filePipeline());
  await write(RECORDS);
  await on.start("run");
  tab = await on.open();
});

async function write(count: number): Promise<void> {
  await appendEvents(on.folder, written, count);
  written += count;
}

it("is exact again after each kill of the host, and says so while it is gone", async () => {
  await counted(tab.page, written);
  for (let round = 1; round <= KILLS; round += 1) {
    await on.kill();
    await inState(tab.page, "reconnecting");
    expect(await desaturated(tab.page)).toBe(true);
    expect(await tileValue(tab.page, "events")).toBe(written);
    await write(RECORDS);
    await on.start("run");
    await counted(tab.page, written);
  }
});

it("shows three records before a silence, without waiting for more", async () => {
  await write(3);
  await counted(tab.page, written);
});

it("fills a new page at once", async () => {
  const { page } = await on.open();
  await page.waitForFunction((n) =>
    document.querySelector<HTMLElement>('[data-tile="events"]')?.dataset["value"] === String(n),
  written, { timeout: 15_000 });
  await page.close();
});
