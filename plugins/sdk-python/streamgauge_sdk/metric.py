"""The one class that an author writes."""

from __future__ import annotations

from typing import Any, Generic, NamedTuple, TypeVar

from .batch import Batch
from .counter import Counter
from .describe import Descriptor, Table
from .errors import BadState

S = TypeVar("S")


class Window(NamedTuple):
    """Event time from `start` up to but not including `end`, in ms since the Unix epoch."""

    start: int
    end: int


class Metric(Generic[S]):
    """A metric whose accumulator is of type `S`, by default a `Counter`.

    A metric with another state overrides `create`, `merge`, `snapshot` and `restore`.
    """

    # The version of the bytes that `snapshot` makes, from 1; raised when their meaning changes.
    state_version: int = 1

    # JSON Schema of `[metric.config]`; `None` means that the table takes no key. A configuration
    # that does not fit never reaches the metric. `"x-display": True` marks a property that only
    # changes what is shown: another value of it counts nothing again.
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

    def restore(self, window: Window | None, version: int, state: bytes) -> S:
        """The state of a snapshot that state version `version` of the metric made.

        Raises `BadState` where the metric did not make the bytes, or does not read this version.
        The default accepts exactly `state_version`; an override begins with `check_version`, or
        reads older versions too.
        """
        self.check_version(version)
        return Counter.restore(state)  # type: ignore[return-value]

    def check_version(self, version: int) -> None:
        """Raises `BadState` unless `version` is `state_version`."""
        if version != self.state_version:
            raise BadState(f"has state version {version}; supported is {self.state_version}")


_exported: list[type[Metric]] = []


def export_metric(metric: type[Metric]) -> type[Metric]:
    """Marks the class that the component is made of; a component is one metric.

    Two `[[metric]]` of a pipeline may name the same component with two configurations.
    """
    for other in _exported:
        if (other.__module__, other.__qualname__) != (metric.__module__, metric.__qualname__):
            raise TypeError(
                f"{other.__qualname__} and {metric.__qualname__} are both marked with "
                "@export_metric, but a component is one metric: choose by `[metric.config]`, "
                "or make a plugin of each"
            )
    _exported[:] = [metric]
    return metric


def exported() -> type[Metric]:
    """The class that `export_metric` marked."""
    if not _exported:
        raise LookupError("metric.py marks no class with @export_metric")
    return _exported[0]
