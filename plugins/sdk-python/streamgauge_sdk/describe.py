"""The descriptor of a metric, and its result.

A descriptor lists the columns that the metric reads, the columns of its result and the ways to show
the result. The page draws any metric from its descriptor alone, so business words live there and
nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Union

FieldType = Literal["boolean", "unsigned", "integer", "float", "text", "timestamp"]

# A text for the page: `("省份", "Province")` is Chinese and English, a mapping is in any languages.
Localized = Union[tuple[str, str], Mapping[str, str]]


def texts(text: Localized) -> list[tuple[str, str]]:
    """A text as pairs of language and words."""
    if isinstance(text, Mapping):
        return list(text.items())
    zh, en = text
    return [("zh", zh), ("en", en)]


@dataclass(frozen=True)
class Input:
    """A column that the metric reads."""

    name: str
    type: FieldType
    nullable: bool


@dataclass
class Output:
    """A column of the result: a dimension that names a group, or a measure of it."""

    name: str
    title: Localized
    type: FieldType
    role: Literal["dimension", "measure"]
    additive: bool = False
    unit: str | None = None
    # The name of another measure, of which this one is the largest error in the same row.
    error_of: str | None = None
    # Known keys in display order; other keys are shown as they are.
    labels: Mapping[str, Localized] = field(default_factory=dict)

    @staticmethod
    def dimension(
        name: str,
        title: Localized,
        *,
        type: FieldType = "text",
        labels: Mapping[str, Localized] | None = None,
    ) -> Output:
        return Output(name, title, type, "dimension", labels=labels or {})

    @staticmethod
    def measure(
        name: str,
        title: Localized,
        *,
        type: FieldType = "integer",
        additive: bool = True,
        unit: str | None = None,
        error_of: str | None = None,
    ) -> Output:
        return Output(name, title, type, "measure", additive, unit, error_of)


@dataclass
class View:
    """One way to show the result. A page that does not know the chart shows a table."""

    chart: str
    id: str
    title: Localized
    dimension: str | None
    measures: list[str]
    across: str | None = None
    # The rows shown before the others are added up as "other"; 0 = all.
    top: int = 0
    # True: by the first measure, largest first. False: in the order of the labels.
    sorted: bool = False
    # small, medium, wide, tall or large; `None` means that the page chooses.
    size: str | None = None


class Descriptor:
    """Everything that the host and the page need to know of a metric."""

    def __init__(self, name: str, version: str, doc: Localized) -> None:
        self.name, self.version, self.doc = name, version, doc
        self.inputs: list[Input] = []
        self.outputs: list[Output] = []
        self.views: list[View] = []
        self.is_bounded = False

    def input(self, name: str, type: FieldType, *, nullable: bool = False) -> Descriptor:
        """Reads a column.

        Without `nullable`, a record without a valid value does not reach the metric. Columns reach
        `add` in the order of these calls. The name `@event-time` with the type `timestamp` asks for
        each row's event time.
        """
        self.inputs.append(Input(name, type, nullable))
        return self

    def output(self, output: Output) -> Descriptor:
        """Adds a column of the result; `result` gives columns in this order."""
        self.outputs.append(output)
        return self

    def view(
        self, chart: str, id: str, title: Localized, dimension: str | None, *measures: str, **more
    ) -> Descriptor:
        """Adds a view: `pie`, `bar`, `hbar`, `line`, `number`, `heatmap`, `tiles` or `table`.

        `more` is `across`, `top`, `sorted` and `size` of `View`.
        """
        self.views.append(View(chart, id, title, dimension, list(measures), **more))
        return self

    def bounded(self) -> Descriptor:
        """Declares that the order of merges may change the result within the errors it states."""
        self.is_bounded = True
        return self


class Table:
    """A result: one list per output, all of one length. `None` is a missing value."""

    def __init__(self, *columns: Iterable[object]) -> None:
        self.columns = [list(column) for column in columns]
        self.rows = len(self.columns[0]) if self.columns else 0
        if any(len(column) != self.rows for column in self.columns):
            raise ValueError("the columns of a table have different lengths")

    def cells(self) -> list[list[str]]:
        """Row after row, each cell as text, for tests to compare."""
        return [[show(cell) for cell in row] for row in zip(*self.columns)]


def show(value: object) -> str:
    """A key or a cell as text, as the SDKs of the other languages show it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
