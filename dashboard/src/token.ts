// The token of a guarded host: it comes once in the fragment of the page's
// address, which browsers send to nobody, and stays in this tab.

const KEY = "streamgauge.token";

/** The token in a fragment such as `#token=abc`; `null` without one. */
export function tokenOf(hash: string): string | null {
  const token = new URLSearchParams(hash.replace(/^#/, "")).get("token");
  return token === null || token === "" ? null : token;
}

/** What a request says of itself to a guarded host; nothing without a token. */
export function authorization(): Record<string, string> {
  try {
    const token = sessionStorage.getItem(KEY);
    return token === null ? {} : { Authorization: `Bearer ${token}` };
  } catch {
    return {};
  }
}

/** The token of this tab; one in the address is kept and taken out of it. */
export function takeToken(): string | null {
  const given = tokenOf(location.hash);
  if (given !== null) history.replaceState(null, "", location.pathname + location.search);
  try {
    if (given !== null) sessionStorage.setItem(KEY, given);
    return sessionStorage.getItem(KEY);
  } catch {
    // Without a memory the token is good until the page is loaded again.
    return given;
  }
}
