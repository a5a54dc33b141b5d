// What windows of time are called, in English.
import type { WindowWords } from "./window-zh";

const plural = (count: string, one: string) => `${count} ${one}${count === "1" ? "" : "s"}`;

export const windowEn: WindowWords = {
  all: "All time",
  day: { now: "Today", before: "Yesterday", latest: "Latest day", past: "A past day" },
  week: { now: "This week", before: "Last week", latest: "Latest week", past: "A past week" },
  hour: { now: "This hour", before: "Previous hour", latest: "Latest hour", past: "A past hour" },
  now: (amount) => `Present ${amount}`,
  before: (amount) => `Previous ${amount}`,
  latest: (amount) => `Latest ${amount}`,
  past: (amount) => `Past ${amount}`,
  last: (amount) => `Last ${amount}`,
  weeks: (count) => plural(count, "week"),
  days: (count) => plural(count, "day"),
  hours: (count) => plural(count, "hour"),
  minutes: (count) => plural(count, "minute"),
  seconds: (count) => plural(count, "second"),
};
