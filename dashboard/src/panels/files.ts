// Files of a panel: their names, the address of their data, and the way to the reader.
import type { PanelChoice } from "../data/link";
import type { Panel } from "../wire/shapes";

const NAME_CHARACTERS_MAX = 60;

/** `name-panel-20151111T000000.ext`, without characters that file systems do not take. */
export function fileName(name: string, panel: string, time: string, extension: string): string {
  const stamp = time.replaceAll(/[-:]/gu, "").replace(" ", "T").replaceAll(/[^\dT]/gu, "");
  const parts = [name, panel, stamp].map((part) => Array.from(part)
    .slice(0, NAME_CHARACTERS_MAX).join("")
    .replaceAll(/[\p{Cc}\p{Cf}\s\\/:*?"<>|]+/gu, "_").replaceAll(/^[._]+|[._]+$/gu, ""));
  return `${parts.filter((part) => part !== "").join("-")}.${extension}`;
}

/** The address of the rows that a panel shows, beside the page at `page`. */
export function dataAddress(
  page: string, panel: Panel, choice: PanelChoice, format: "csv" | "json",
): string {
  const url = new URL(`api/v1/panels/${encodeURIComponent(panel.id)}/data`, page);
  url.searchParams.set("format", format);
  if (choice.window !== null) url.searchParams.set("window", choice.window);
  return url.href;
}

/** The address of a panel beside what it was before. */
export function compareAddress(page: string, panel: Panel, choice: PanelChoice): string {
  const url = new URL(`api/v1/panels/${encodeURIComponent(panel.id)}/compare`, page);
  const window = choice.window ?? panel.windows[0];
  if (window !== undefined) url.searchParams.set("window", window);
  url.searchParams.set("to", choice.against ?? "previous");
  return url.href;
}

/** Hands a canvas to the reader as a file. */
export function save(canvas: HTMLCanvasElement, name: string): void {
  canvas.toBlob((blob) => {
    if (blob !== null) saveBlob(blob, name);
  }, "image/png");
}

/** Hands bytes to the reader as a file. */
export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has the bytes as soon as it has begun.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
