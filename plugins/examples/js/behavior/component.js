/** The entry of the component. `streamgauge plugin build` compiles this file. */

import Behavior from "./metric.js";
import { component } from "./vendor/streamgauge-sdk/component.js";

export const { describe, aggregate } = component(Behavior);
