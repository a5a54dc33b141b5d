"""The one class that an author writes."""

from __future__ import annotations

from typing import Any, Generic, NamedTuple, TypeVar

from .batch import Batch
from .counter import Counter
from .describe import Descriptor, Table

S = TypeVar("S")


class Window(NamedTuple):
    """Event time from `start` up to but not including `end`, in ms since the Unix epoch."""

    start: int
    end: int


class Metric(Generic[S]):
    """A metric whose accumulator is of type `S`, by default a `Counter`.

    A metric with another state overrides `create`, `merge`, `snapshot` and `restore`.
    """

    # The version of the snapshot's bytes, raised when their meaning changes.
    state_version: int = 1

    # JSON Schema of `[metric.config]`; `None` means that the table takes no key. A configuration
    # that does not fit never reaches the metric.
    config_schema: dict[str, Any] | None = None

    def __init__(self, config: dict[str, Any]) -> None:
        """Reads `[metric.config]`; raises `BadConfig` to refuse."""
        self.config = config

    def describe(self) -> Descriptor:
        """The same descriptor every time."""
        raise NotImplementedError

    def add(self, state: S, batch: Batch) -> None:
        """Folds rows into `state`: all of them, or with an error none."""
        raise NotImplementedError

    def result(self, state: S) -> Table:
        """The state as a small table, columns in the order of the outputs."""
        raise NotImplementedError

    def create(self, window: Window | None) -> S:
        """An empty state over `window`; `None` means all of time."""
        return Counter()  # type: ignore[return-value]

    def merge(self, state: S, other: S) -> None:
        """Folds the state `other` into `state`."""
        state.merge(other)  # type: ignore[attr-defined]

    def snapshot(self, state: S) -> bytes:
        """The whole state; equal states give equal bytes."""
        return state.snapshot()  # type: ignore[attr-defined]

    def restore(self, window: Window | None, state: bytes) -> S:
        """The state of a snapshot; raises `BadState` to refuse one of another metric."""
        return Counter.restore(state)  # type: ignore[return-value]


_exported: list[type[Metric]] = []


def export_metric(metric: type[Metric]) -> type[Metric]:
    """Marks the class that the component is made of."""
    _exported[:] = [metric]
    return metric


def exported() -> type[Metric]:
    """The class that `export_metric` marked."""
    if not _exported:
        raise LookupError("metric.py marks no class with @export_metric")
    return _exported[0]
