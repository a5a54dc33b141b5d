"""The exceptions by which a metric refuses.

Raising one of them is no crash: the instance stays usable. Any other exception is a crash: the
host stops the metric and shows the traceback's end.
"""

from collections.abc import Iterable


class BadConfig(Exception):
    """The configuration is wrong; the text names the key in backticks."""


class BadState(Exception):
    """A snapshot was not written by this metric, or not by this version of it."""


class BadRows(Exception):
    """All rows of a batch that cannot be used, each with its number and the reason.

    Nothing of the batch may have been added. The host calls once more without these rows and
    writes each to the dead letters. A second refusal breaks the contract, and the host stops the
    metric.
    """

    def __init__(self, rows: Iterable[tuple[int, str]]) -> None:
        self.rows = list(rows)
        super().__init__(f"{len(self.rows)} bad rows")
