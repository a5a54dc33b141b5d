// The start of the page: the only file that wires its parts to the browser.
import "./styles/tokens.css";
import "./styles/page.css";
import "./styles/head.css";
import "./styles/headlines.css";
import "./styles/tiles.css";
import "./styles/panels.css";
import "./styles/panel-head.css";
import "./styles/charts.css";
import "./styles/tilemap.css";
import "./styles/tables.css";
import "./styles/thresholds.css";
import "./styles/states.css";
import "./styles/tools.css";
import "./styles/ops.css";
import "./styles/ops-details.css";
import "./styles/ticker.css";
import "./styles/time.css";
import "./styles/dialogs.css";
import "./styles/wall.css";
import { App } from "./app/app";
import { remember, remembered } from "./app/memory";
import { Store } from "./app/store";
import { readLink } from "./data/link";
import { buildDiffers } from "./data/page-state";
import { readPrefs } from "./data/prefs";
import { HttpRemote } from "./net/remote";
import { readHz, Stream, streamUrl } from "./net/stream";
import { keepToken, takeToken, tokenOf } from "./net/token";

/** Two hosts of different builds behind one address must not make a loop. */
const RELOAD_MS_MIN = 60_000;

const now = () => performance.now();
const store = new Store(() => {
  if (buildDiffers(store.state)) reloadOnce();
  app.invalidate();
});
const app = new App({
  state: () => store.state,
  now,
  prefs: readPrefs(location.search, remembered, matchMedia("(prefers-contrast: more)").matches),
  link: readLink(location.search),
  prefsChanged: remember,
  enter: (token) => {
    if (keepToken(token)) location.reload();
    else {
      // The fragment is sent to nobody, and is read at once.
      location.hash = `token=${encodeURIComponent(token)}`;
    }
  },
});
const root = document.getElementById("app");
if (root !== null) app.mount(root);

const stream = new Stream({
  url: streamUrl(location.href),
  hz: readHz(location.search),
  dispatch: (event) => store.dispatch(event),
  now,
  random: Math.random,
  connect: (url) => new WebSocket(url),
  remote: new HttpRemote(location.href, takeToken()),
});
store.dispatch({ type: "online", on: navigator.onLine });
addEventListener("offline", () => store.dispatch({ type: "online", on: false }));
addEventListener("online", () => {
  store.dispatch({ type: "online", on: true });
  stream.wake();
});
stream.open();

// A link with a token that is opened in this very tab changes the fragment only.
addEventListener("hashchange", () => {
  if (tokenOf(location.hash) !== null && takeToken() !== null) location.reload();
});

/** The host was replaced by another build: its page replaces this one. */
function reloadOnce(): void {
  const key = "streamgauge.reloadedAt";
  try {
    const last = Number(sessionStorage.getItem(key) ?? 0);
    if (Date.now() - last < RELOAD_MS_MIN) return;
    sessionStorage.setItem(key, String(Date.now()));
  } catch {
    // Without a memory a loop could not be told from an upgrade: stay.
    return;
  }
  location.reload();
}
