/** Events by user action: the twin of `plugins/behavior`, in JavaScript. */

import { Descriptor, Metric, Output } from "./vendor/streamgauge-sdk/index.js";

/** Counts events by `action`. The result's keys are the raw values. */
export default class Behavior extends Metric {
  describe() {
    const doc = ["各用户行为的事件数", "Number of events by user action"];
    const labels = [
      ["0", ["点击", "Click"]],
      ["1", ["加购", "Add to cart"]],
      ["2", ["购买", "Buy"]],
      ["3", ["关注", "Favourite"]],
    ];
    return new Descriptor("behavior", "0.1.0", doc)
      .input("action", "unsigned")
      .output(Output.dimension("action", ["行为", "Action"], { labels }))
      .output(Output.measure("events", ["事件数", "Events"]))
      .view("pie", "share", ["用户行为", "Behaviour"], "action", "events");
  }

  add(counter, batch) {
    counter.count(batch.numbers(0));
  }

  result(counter) {
    return counter.table();
  }
}
