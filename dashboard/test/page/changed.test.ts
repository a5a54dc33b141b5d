// A real host whose files are changed under an open page.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { inState } from "./browser";
import { filePipeline, eventLines, ROOT, withServer } from "./host";
import { RealStage } from "./stage";

const TOKEN = "0123456789abcdef";
const STOPS_AT = 100;

const on = new RealStage("changed", async ({ folder }) => {
  process.env["STREAMGAUGE_TOKEN"] = TOKEN;
  const faulty = `\n[[metric]]\nid = "faulty"\nplugin = "${join(ROOT, "target/plugins/faulty.wasm")}"\n`
    + `[metric.config]\nfault = "allocate"\nat = ${STOPS_AT}\n`;
  const server = 'token = { env = "STREAMGAUGE_TOKEN" }\ncontrol = true';
  await writeFile(join(folder, "pipeline.toml"), withServer(await filePipeline(), server) + faulty);
  await writeFile(join(folder, "events.jsonl"), eventLines(0, 2 * STOPS_AT));
  await on.start("run");
});

it("a page follows the changes of its host without being loaded again", async () => {
  const { page, errors } = await on.open(`?lang=en#token=${TOKEN}`);
  await page.evaluate(() => Object.assign(window, { marker: "the first load" }));
  const button = page.getByTestId("resume").filter({ visible: true });
  await button.first().waitFor();
  expect(await page.getByTestId("notice").getAttribute("data-codes")).toBe("metric_stopped");
  const answered = page.waitForResponse((response) => response.url().includes("/resume"));
  await button.first().click();
  // It goes on at once, so the words beside the button may be gone before they are read.
  expect((await answered).status()).toBe(200);

  const file = join(on.folder, "pipeline.toml");
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace(/^version = 1$/mu, "version = 7"));
  const said = page.getByTestId("more-troubles");
  await said.getByText("was not taken over").waitFor();
  expect(await said.textContent()).toMatch(/pipeline\.toml:\d+:\d+: `version` is 7/u);
  await inState(page, "degraded");

  await writeFile(file, text.replace(/^name = .*$/mu, 'name = "Changed"'));
  await page.getByRole("heading", { level: 1, name: "Changed" }).waitFor();
  await said.waitFor({ state: "hidden" });
  expect(await page.evaluate(() => (window as unknown as { marker?: string }).marker)).toBe("the first load");
  expect(errors).toEqual([]);
});
