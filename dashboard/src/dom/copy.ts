// A text to the clipboard of the reader.

/** Copies by the clipboard, or where that is not allowed selects the text for the hand; `false` then. */
export async function copyText(element: HTMLElement): Promise<boolean> {
  const text = element instanceof HTMLTextAreaElement ? element.value : element.textContent ?? "";
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    if (element instanceof HTMLTextAreaElement) element.select();
    else getSelection()?.selectAllChildren(element);
    return false;
  }
}
