"""Write a Streamgauge metric in Python: one class, and the host does the rest.

The host owns event time, windows and checkpoints; a metric owns one thing, an accumulator. The
words are those of Flink's `AggregateFunction`. Only `component/` knows the contract's wire types,
and tests never import `component/`, so a metric is tested without Wasm.
"""

from . import log
from .batch import Batch, Column, TextColumn
from .counter import Counter
from .describe import Descriptor, FieldType, Localized, Output, Table, View
from .errors import BadConfig, BadRows, BadState
from .metric import Metric, Window, export_metric

__all__ = [
    "BadConfig",
    "BadRows",
    "BadState",
    "Batch",
    "Column",
    "Counter",
    "Descriptor",
    "FieldType",
    "Localized",
    "Metric",
    "Output",
    "Table",
    "TextColumn",
    "View",
    "Window",
    "export_metric",
    "log",
]
