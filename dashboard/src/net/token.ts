// The token of a guarded host: it comes once in the fragment of the page's
// address, which browsers send to nobody, and stays in this tab.

const KEY = "streamgauge.token";

/** The token in a fragment such as `#token=abc`; `null` without one. */
export function tokenOf(hash: string): string | null {
  const token = new URLSearchParams(hash.replace(/^#/, "")).get("token");
  return token === null || token === "" ? null : token;
}

/** What a request says of itself to a guarded host; nothing without a token. */
export function bearer(token: string | null): Record<string, string> {
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}

/** The token that was taken: good for this page even where the tab keeps nothing. */
let taken: string | null = null;

/** What the requests of this page say of themselves. */
export function authorization(): Record<string, string> {
  return bearer(taken);
}

/** The token of this tab; one in the address is kept and taken out of it. */
export function takeToken(): string | null {
  const given = tokenOf(location.hash);
  if (given !== null) history.replaceState(null, "", location.pathname + location.search);
  try {
    if (given !== null) sessionStorage.setItem(KEY, given);
    taken = sessionStorage.getItem(KEY);
  } catch {
    // Without a memory the token is good until the page is loaded again.
    taken = given;
  }
  return taken;
}
