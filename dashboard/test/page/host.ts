// The real host as a child process.
//
// STREAMGAUGE_BIN is the host's binary; PIPELINE, where given, its pipeline.toml.
import { spawn, type ChildProcess } from "node:child_process";
import { appendFile, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

const START_TIMEOUT_MS = 20_000;

export interface Host {
  readonly child: ChildProcess;
  readonly url: string;
}

/** A port that was free a moment ago, for a host that is to come back to it. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return address.port;
}

/**
 * The project's own pipeline, or the one that PIPELINE names, with paths that work from any folder. Of
 * the project's own its four metrics of the total are left: a test adds the windows that it is about.
 */
export async function projectPipeline(): Promise<string> {
  const named = process.env["PIPELINE"];
  const file = resolve(ROOT, named ?? "pipeline.toml");
  const text = await readFile(file, "utf8");
  return (named === undefined ? ofTotals(text) : text).replace(/^(plugin = ")([^"]+)/gmu,
    (_, key: string, path: string) => key + resolve(dirname(file), path));
}

/** The pipeline without windows, and without what stands on them. */
function ofTotals(text: string): string {
  const totals = text
    .replace(/\[\[metric\]\]\nid = "province_action"[^]*?(?=\[\[headline\]\])/u, "")
    .replace(/\[\[headline\]\]\nid = "purchases_of_day"[^]*?(?=\[\[headline\]\])/u, "")
    .replaceAll('windows = ["cumulative", "1d"]\nretention = "200d"\n', "");
  if (/1d"\]|province_action|purchases_of_day/u.test(totals)) {
    throw new Error("pipeline.toml has windows in places that are not known here");
  }
  return totals;
}

/** A pipeline with its source replaced by a file that grows, and quick checkpoints. */
export async function filePipeline(): Promise<string> {
  const text = await projectPipeline();
  const start = text.indexOf("[source.kafka]");
  const end = text.indexOf("[schema]");
  if (start <= 0 || end <= start) throw new Error("pipeline.toml has no [source.kafka] before [schema]");
  const source = '[source.file]\npath = "events.jsonl"\nfollow = true\n\n';
  return withQuickCheckpoints(text.slice(0, start) + source + text.slice(end));
}

export function withQuickCheckpoints(pipeline: string): string {
  return pipeline.replace('every = "5s"', 'every = "200ms"');
}

/** A pipeline with these lines under `[server]`. */
export function withServer(pipeline: string, lines: string): string {
  return pipeline.includes("\n[server]\n")
    ? pipeline.replace("\n[server]\n", `\n[server]\n${lines}\n`)
    : `${pipeline}\n[server]\n${lines}\n`;
}

/** The number of records that the host has read, in its own words. */
export async function readByHost(url: string): Promise<number> {
  const response = await fetch(new URL("api/v1/status", url));
  return (await response.json() as { accounting: { read: number } }).accounting.read;
}

/** The event with that number, on that day of November. */
export function eventOn(day: number, n: number): string {
  return JSON.stringify({
    user_id: `u${n}`, month: 11, day, action: n % 4, age_range: n % 9, gender: n % 3,
    province: "浙江",
  });
}

/** Ten events on the first of November, twenty on the second, and so on. */
export function eventsOfDays(days: number): string[] {
  return Array.from({ length: days }, (_, i) => i + 1)
    .flatMap((day) => Array.from({ length: day * 10 }, (_, n) => eventOn(day, n)));
}

/** Appends events to the file of that pipeline, numbered from `first`. */
export async function appendEvents(folder: string, first: number, count: number): Promise<void> {
  await appendFile(join(folder, "events.jsonl"), eventLines(first, count));
}

/** Events of one day as lines, numbered from `first`. */
export function eventLines(first: number, count: number): string {
  return Array.from({ length: count }, (_, i) => `${eventOn(11, first + i)}\n`).join("");
}

/** Starts the host in this folder, for what lasts as long as itself too, and waits until it names its address. */
export async function start(args: readonly string[], folder: string): Promise<Host> {
  const binary = process.env["STREAMGAUGE_BIN"];
  if (binary === undefined) {
    throw new Error("STREAMGAUGE_BIN is not set; hint: the path of the streamgauge binary");
  }
  const child = spawn(binary, args, {
    cwd: folder, env: { ...process.env, TMPDIR: folder }, stdio: ["ignore", "pipe", "pipe"],
  });
  const said: string[] = [];
  const url = await new Promise<string>((found, reject) => {
    const fail = (why: string) => reject(new Error(`${why}\n${said.join("\n")}`));
    const timer = setTimeout(() => fail("host did not start in time"), START_TIMEOUT_MS);
    const listen = (line: string) => {
      said.push(line);
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(line);
      if (address === null) return;
      clearTimeout(timer);
      found(`${address[0]}/`);
    };
    createInterface({ input: child.stdout }).on("line", listen);
    createInterface({ input: child.stderr }).on("line", listen);
    child.once("error", (error) => fail(String(error)));
    child.once("exit", (code) => fail(`host ended with ${code}`));
  });
  return { child, url };
}

/** Ends the host without a warning, even where it is stopped. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((exited) => child.once("exit", exited));
  child.kill("SIGKILL");
  await ended;
}
