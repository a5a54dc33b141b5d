// All windows of a metric that are kept, a part at a time.
import { decodeHistory, type TrendWindow } from "../wire/windows";

/** More parts than this are no file for a spreadsheet; a script asks for them itself. */
const PARTS_MAX = 64;

/** The windows of a kind in the order of time. Rejects where the host does not answer. */
export async function wholeHistory(
  ask: (path: string) => Promise<unknown>, metric: string, kind: string,
): Promise<readonly TrendWindow[]> {
  const windows: TrendWindow[] = [];
  const query = new URLSearchParams({ metric, window: kind, open: "true" });
  for (let part = 0; part < PARTS_MAX; part += 1) {
    const { windows: found, next } = decodeHistory(await ask(`api/v1/history?${query}`), kind);
    windows.push(...found);
    if (next === null) break;
    query.set("next", next);
  }
  return windows;
}
