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
    """A metric whose accumulator is of type `S`: a `Counter`, unless you change it.

    For a state of your own, override `create`, `merge`, `snapshot` and `restore`.
    """

    # Raise it when the meaning of the snapshot's bytes changes.
    state_version: int = 1

    # JSON Schema of `[metric.config]`; none: it takes no key. What does not fit never comes here.
    config_schema: dict[str, Any] | None = None

    def __init__(self, config: dict[str, Any]) -> None:
        """Reads `[metric.config]`; `BadConfig` refuses it."""
        self.config = config

    def describe(self) -> Descriptor:
        """What is read, what comes out, how it is shown. Pure."""
        raise NotImplementedError

    def add(self, state: S, batch: Batch) -> None:
        """Folds rows into `state`: all of them, or with an error none."""
        raise NotImplementedError

    def result(self, state: S) -> Table:
        """The state as a small table, columns in the order of the outputs."""
        raise NotImplementedError

    def create(self, window: Window | None) -> S:
        """An empty state over `window`; none: cumulative."""
        return Counter()  # type: ignore[return-value]

    def merge(self, state: S, other: S) -> None:
        """Folds the state `other` into `state`."""
        state.merge(other)  # type: ignore[attr-defined]

    def snapshot(self, state: S) -> bytes:
        """The whole state; equal states give equal bytes."""
        return state.snapshot()  # type: ignore[attr-defined]

    def restore(self, window: Window | None, state: bytes) -> S:
        """The state of a snapshot; `BadState` refuses one that is not this metric's."""
        return Counter.restore(state)  # type: ignore[return-value]


_exported: list[type[Metric]] = []


def export_metric(metric: type[Metric]) -> type[Metric]:
    """Marks the class that the component is made of."""
    _exported[:] = [metric]
    return metric


def exported() -> type[Metric]:
    """The class that was marked."""
    if not _exported:
        raise LookupError("metric.py marks no class with @export_metric")
    return _exported[0]
