// The token of a guarded host. A token comes once in the fragment of the page's
// address, which browsers send to nobody, and stays in this tab.

const KEY = "streamgauge.token";

/** The token in a fragment such as `#token=abc`; `null` means that there is none. */
export function tokenOf(hash: string): string | null {
  const token = new URLSearchParams(hash.replace(/^#/, "")).get("token");
  return token === null || token === "" ? null : token;
}

/** The headers of a request to a guarded host; a page without a token sends none. */
export function bearer(token: string | null): Record<string, string> {
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}

/** Good for this page even where the tab keeps nothing. */
let taken: string | null = null;

/** The headers of every request of this page. */
export function authorization(): Record<string, string> {
  return bearer(taken);
}

/** Keeps a token that the reader gave for this tab; `false` where the browser keeps nothing. */
export function keepToken(token: string): boolean {
  try {
    sessionStorage.setItem(KEY, token);
    return true;
  } catch {
    return false;
  }
}

/** The token of this tab; a token in the address is kept and removed from the address. */
export function takeToken(): string | null {
  const given = tokenOf(location.hash);
  if (given !== null) history.replaceState(null, "", location.pathname + location.search);
  try {
    if (given !== null) sessionStorage.setItem(KEY, given);
    taken = sessionStorage.getItem(KEY);
  } catch {
    // A browser without a memory keeps the token until the page is loaded again.
    taken = given;
  }
  return taken;
}
