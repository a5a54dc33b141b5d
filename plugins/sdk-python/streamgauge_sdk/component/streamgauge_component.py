"""The entry of the component: the contract's calls, answered by the class in `metric.py`.

Only `streamgauge plugin build` imports this folder, because componentize-py makes `wit_world`.
Modules that are imported while the component is built stay in it, so none is imported later.
"""

import json
import sys

# Without this line Python would write its cache into the plugin's folder.
sys.dont_write_bytecode = True

import aggregate  # noqa: F401: the module in which componentize-py looks for the accumulator
import metric  # noqa: F401: the author's, which marks its class
import wire
from streamgauge_sdk import log
from streamgauge_sdk.metric import exported
from wit_world import exports
from wit_world.imports import log as host_log

exported()
log._write = lambda level, message: host_log.log(host_log.Level[level.upper()], message)


class Describe(exports.Describe):
    def config_schema(self):
        schema = exported().config_schema
        return "" if schema is None else json.dumps(schema, ensure_ascii=False)

    def describe(self, config):
        with wire.refusals():
            opened = exported()(json.loads(config))
            return wire.descriptor(opened.describe(), opened.state_version)


class Aggregate(exports.Aggregate):
    def open(self, config):
        with wire.refusals():
            wire.opened = exported()(json.loads(config))
            # The accumulator reads the types of columns from here at each batch.
            wire.outputs = [output.type for output in wire.opened.describe().outputs]
