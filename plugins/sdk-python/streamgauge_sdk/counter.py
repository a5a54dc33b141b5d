"""A ready-made state: the number of events of each key.

Invariant: equal counters give equal bytes, since the keys are written in order. The bytes are
JSON, `[[key, count], …]`; texts are ASCII with escapes, so that any text is kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from .batch import Column, TextColumn
from .describe import Table, show
from .errors import BadState

K = TypeVar("K", str, int, bool)

# The host's counts have 63 bits.
COUNT_MAX = 2**63 - 1


class Counter(Generic[K]):
    """Counts events by keys of one type: texts, integers or booleans."""

    def __init__(self) -> None:
        self._counts: dict[K, int] = {}

    def record(self, key: K, events: int = 1) -> None:
        """Adds `events` events of `key`."""
        count = self._counts.get(key, 0) + events
        if count > COUNT_MAX:
            raise OverflowError("a count of events fits in 63 bits")
        self._counts[key] = count

    def record_all(self, counts: Mapping[K, int]) -> None:
        """Adds the events of every key in `counts`."""
        for key, events in counts.items():
            self.record(key, events)

    def count(self, column: Column | TextColumn) -> None:
        """Counts every row of a column by its value. Nulls are not counted."""
        self.record_all(column.tally())

    def count_as(self, column: TextColumn | Column, key_of: Callable[..., K]) -> None:
        """Counts every row under the key that `key_of` gives for the row's value.

        `key_of` is called once per distinct value of the batch and must be pure.
        """
        for value, events in column.tally().items():
            self.record(key_of(value), events)

    def items(self) -> list[tuple[K, int]]:
        """Keys with their counts, in the order of the keys."""
        return sorted(self._counts.items())

    def get(self, key: K) -> int:
        """The events of one key, 0 for a key that was never counted."""
        return self._counts.get(key, 0)

    def table(self) -> Table:
        """Two columns: keys as texts, and their counts."""
        items = self.items()
        return Table((show(key) for key, _ in items), (count for _, count in items))

    def merge(self, other: Counter[K]) -> None:
        """Adds the counts of another counter."""
        self.record_all(other._counts)

    def snapshot(self) -> bytes:
        """The whole state; equal counters give equal bytes."""
        return json.dumps(self.items(), separators=(",", ":")).encode()

    @classmethod
    def restore(cls, state: bytes) -> Counter[K]:
        """The counter of a snapshot."""
        try:
            items = json.loads(state)
            counter = cls()
            counter._counts = {key: count for key, count in items}
            in_order = counter.snapshot() == state
        except (ValueError, TypeError) as error:
            raise BadState(f"the state is no counter's: {error}") from error
        counts = counter._counts.values()
        if not in_order or not all(type(n) is int and 0 < n <= COUNT_MAX for n in counts):
            raise BadState("the state is no counter's: keys must ascend and counts be above 0")
        return counter
