// One crosshair for all trends of a page: the instant that a reader points at in one of
// them is marked in all.

export class Crosshair {
  readonly #followers = new Set<() => void>();
  #at: number | null = null;

  /** In milliseconds; `null` means that nothing is pointed at. */
  get at(): number | null {
    return this.#at;
  }

  point(at: number | null): void {
    if (at === this.#at) return;
    this.#at = at;
    for (const follow of this.#followers) follow();
  }

  /** Calls `follow` whenever another instant is pointed at. */
  follow(follow: () => void): void {
    this.#followers.add(follow);
  }

  unfollow(follow: () => void): void {
    this.#followers.delete(follow);
  }
}

/** The place of the window in which an instant lies; below 0 where there is none. */
export function placeAt(windows: readonly { readonly startMs: number; readonly endMs: number }[], at: number | null): number {
  return at === null ? -1 : windows.findIndex(({ startMs, endMs }) => startMs <= at && at < endMs);
}
