// The words of files and of sharing, in English.
import type { CsvWords, ShareWords } from "./csv-zh";

export const csvEn: CsvWords = {
  panel: "panel", window: "window", from: "from", to: "to", state: "state", open: "open", closed: "closed",
};

export const shareEn: ShareWords = {
  open: "Share",
  title: "Share this page",
  link: "Link: opens what you see",
  kiosk: "Kiosk link: no controls, for walls",
  frame: "Embed code: for another page",
  frameNote: "Another site has to be named in frame_ancestors under [server] of pipeline.toml",
  tokenNote: "The host wants a token, which whoever opens the link has to enter",
  copy: "Copy",
  copied: "Copied",
  picture: "Save the whole page as a picture",
  working: "Drawing…",
  failed: "This browser cannot draw the page; use a screenshot",
  close: "Close",
};
