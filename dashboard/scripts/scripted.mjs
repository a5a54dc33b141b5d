// Serves the built page with figures that move, without a host: for work on
// the page alone. `npm run scripted [live|waiting|catching-up|failed|quarantined|many]`
import { ScriptedHost } from "../test/scripted/host.mjs";
import { greeting, update } from "../test/scripted/script.mjs";
import { SCENES } from "../test/scripted/scenes.mjs";

const scene = SCENES[process.argv[2] ?? "live"];
if (scene === undefined) {
  console.error(`unknown scene; hint: one of ${Object.keys(SCENES).join(", ")}`);
  process.exit(2);
}

let events = 1_234_567;
const host = await ScriptedHost.start({
  port: Number(process.env["PORT"] ?? 0),
  greeting: () => greeting({ events, ...scene }),
});
console.log(`serving ${host.url}`);
setInterval(() => {
  if (scene === SCENES["live"]) {
    events += 24_800;
    host.send(update(events, Date.now()));
  } else {
    host.send({ t: "hb", seq: 1, now: Date.now() });
  }
}, 500);
