"""Tests of a metric without Wasm: make rows, fold them, compare the result, check the laws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .batch import Batch, Column, TextColumn
from .errors import BadRows, BadState
from .metric import Metric


class TestBatch:
    """Rows as lists, one per input of the metric in its order. `None` is a null."""

    __test__ = False

    def __init__(self, *columns: Sequence[object]) -> None:
        self.columns = columns
        self.rows = len(columns[0]) if columns else 0
        if any(len(column) != self.rows for column in columns):
            raise ValueError("the columns of a batch have different lengths")

    def __getitem__(self, part: slice) -> TestBatch:
        return TestBatch(*(column[part] for column in self.columns))

    def batch(self, metric: Metric) -> Batch:
        """The rows as the host would pass them."""
        inputs = metric.describe().inputs
        if len(inputs) != len(self.columns):
            raise ValueError(f"the metric reads {len(inputs)} columns, not {len(self.columns)}")
        kinds = (input.type for input in inputs)
        return Batch(self.rows, [_column(k, c) for k, c in zip(kinds, self.columns)])


def _column(kind: str, cells: Sequence[Any]) -> Column | TextColumn:
    valid = bytes(cell is not None for cell in cells) if None in cells else b""
    if kind != "text":
        return Column([0 if cell is None else cell for cell in cells], valid)
    texts = sorted({"" if cell is None else cell for cell in cells})
    codes = {text: code for code, text in enumerate(texts)}
    return TextColumn([codes["" if cell is None else cell] for cell in cells], texts, valid)


def result_of(metric: type[Metric], rows: TestBatch, config: dict | None = None) -> list[list[str]]:
    """Folds rows into a fresh metric and returns the result's cells as texts, row after row."""
    opened = metric(config or {})
    return opened.result(_fold(opened, rows, max(rows.rows, 1))).cells()


def check_laws(metric: type[Metric], rows: TestBatch, config: dict | None = None) -> None:
    """Checks the laws that checkpoints and merges rely on; a few hundred varied rows are plenty.

    Any cut into batches gives the same bytes; merging is associative and commutative and the
    empty state changes nothing; a snapshot is restored; a snapshot that was cut short, or that is
    of a newer state version, is refused. Merges of a metric that is `bounded` are not compared. Rows that the metric refuses
    are left out, after a look at the refusal: it names all of them, and adds none.
    """
    opened = metric(config or {})
    rows = _usable(opened, rows)
    whole = _fold(opened, rows, max(rows.rows, 1))
    state = opened.snapshot(whole)
    for size in (1, 2, 7, 64):
        _law(opened.snapshot(_fold(opened, rows, size)) == state, f"batches of {size}: same bytes")
    _law(opened.snapshot(whole) == state, "the same bytes twice")
    restored = _read(opened, state)
    _law(opened.snapshot(restored) == state, "a snapshot is restored")
    _law(opened.result(restored).cells() == opened.result(whole).cells(), "and so is the result")
    own = opened.state_version
    _check_refused(opened, own + 1, state, "a newer state version")
    for length in range(len(state)):
        _check_refused(opened, own, state[:length], f"a snapshot cut to {length} bytes")
    outputs = opened.describe().outputs
    columns = opened.result(opened.create(None)).columns
    _law(len(columns) == len(outputs), "the result has the columns of the descriptor")
    if not opened.describe().is_bounded:
        _check_merge(opened, rows, state)


def _read(metric: Metric, state: bytes) -> Any:
    return metric.restore(None, metric.state_version, state)


def _check_refused(metric: Metric, version: int, state: bytes, words: str) -> None:
    try:
        metric.restore(None, version, state)
    except BadState:
        return
    raise AssertionError(f"law: {words} is refused with BadState")


def _usable(metric: Metric, rows: TestBatch) -> TestBatch:
    state = metric.create(None)
    before = metric.snapshot(state)
    try:
        metric.add(state, rows.batch(metric))
        return rows
    except BadRows as error:
        refused = {row for row, _ in error.rows}
    _law(metric.snapshot(state) == before, "an `add` that refuses adds no row")
    left = [row for row in range(rows.rows) if row not in refused]
    usable = TestBatch(*([column[row] for row in left] for column in rows.columns))
    try:
        metric.add(state, usable.batch(metric))
    except BadRows as error:
        raise AssertionError("law: a refusal names all rows that cannot be used") from error
    return usable


def _check_merge(metric: Metric, rows: TestBatch, state: bytes) -> None:
    third = rows.rows // 3

    def part(index: int) -> Any:
        end = rows.rows if index == 2 else (index + 1) * third
        return _fold(metric, rows[index * third : end], max(rows.rows, 1))

    def merged(one: Any, other: Any) -> Any:
        metric.merge(one, other)
        return one

    def law(one: Any, words: str) -> None:
        _law(metric.snapshot(one) == state, words)

    law(merged(merged(part(0), part(1)), part(2)), "the fold of parts is the merge of their folds")
    law(merged(part(0), merged(part(1), part(2))), "merge is associative")
    law(merged(merged(part(2), part(1)), part(0)), "merge is commutative")
    law(merged(metric.create(None), _read(metric, state)), "merging into the empty state")
    law(merged(_read(metric, state), metric.create(None)), "merging the empty state")


def _fold(metric: Metric, rows: TestBatch, size: int) -> Any:
    state = metric.create(None)
    for start in range(0, rows.rows, size):
        metric.add(state, rows[start : start + size].batch(metric))
    return state


def _law(holds: bool, words: str) -> None:
    if not holds:
        raise AssertionError(f"law: {words}")
