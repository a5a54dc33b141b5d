"""Why a metric refuses. Raising one of these is no crash: the instance stays usable.

Any other exception is one: the metric is quarantined, and the host shows the traceback's end.
"""

from collections.abc import Iterable


class BadConfig(Exception):
    """The configuration is wrong; the text names the key in backticks."""


class BadState(Exception):
    """A snapshot is not this metric's."""


class BadRows(Exception):
    """Rows that cannot be used, each with the reason. Nothing of the batch may have been added.

    The host calls again without them and writes them to the dead letters.
    """

    def __init__(self, rows: Iterable[tuple[int, str]]) -> None:
        self.rows = list(rows)
        super().__init__(f"{len(self.rows)} bad rows")
