"""Typed views over the rows that arrived together.

Python's loops are slow and its built-in ones are not, so the work per row is left to
`collections.Counter`, `itertools` and comprehensions over whole columns. A text column is read
through its dictionary: each distinct text is decoded once, not once per row.
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterator, Sequence
from itertools import compress
from typing import Generic, TypeVar, Union

T = TypeVar("T", int, float, bool)
# One byte a row, 0 = null; an empty sequence means that no row is null.
Valid = Union[bytes, Sequence[int]]


class Column(Generic[T]):
    """A column of numbers or booleans, row after row."""

    def __init__(self, values: Sequence[T], valid: Valid = b"") -> None:
        self.values = values
        self.valid = valid

    def __iter__(self) -> Iterator[T | None]:
        """Each row's value; `None` means null."""
        if not self.valid:
            return iter(self.values)
        return (value if ok else None for value, ok in zip(self.values, self.valid))

    def present(self) -> Iterator[T]:
        """The values of the rows that are not null."""
        return compress(self.values, self.valid) if self.valid else iter(self.values)

    def tally(self) -> dict[T, int]:
        """Rows by value. Nulls are not counted."""
        return collections.Counter(self.present())


class TextColumn:
    """A column of texts: each row holds the code of one of a few texts.

    A code means something inside its batch only; two codes may stand for one text.
    """

    def __init__(self, codes: Sequence[int], texts: Sequence[str], valid: Valid = b"") -> None:
        self.codes = codes
        self.texts = texts
        self.valid = valid

    def __iter__(self) -> Iterator[str | None]:
        """Each row's text; `None` means null."""
        texts = self.texts
        if not self.valid:
            return map(texts.__getitem__, self.codes)
        return (texts[code] if ok else None for code, ok in zip(self.codes, self.valid))

    def present(self) -> Iterator[str]:
        """The texts of the rows that are not null."""
        codes = compress(self.codes, self.valid) if self.valid else self.codes
        return map(self.texts.__getitem__, codes)

    def tally(self, key_of: Callable[[str], str] | None = None) -> dict[str, int]:
        """Rows by text, or by the key that `key_of` gives for the text. Nulls are not counted."""
        codes = compress(self.codes, self.valid) if self.valid else self.codes
        events: dict[str, int] = {}
        for code, count in collections.Counter(codes).items():
            key = self.texts[code] if key_of is None else key_of(self.texts[code])
            events[key] = events.get(key, 0) + count
        return events


class Batch:
    """Rows that arrived together; columns in the order of the descriptor's inputs."""

    def __init__(self, rows: int, columns: Sequence[Column | TextColumn]) -> None:
        self.rows = rows
        self.columns = columns

    def text(self, index: int) -> TextColumn:
        """The `text` column of input `index`."""
        column = self.columns[index]
        if not isinstance(column, TextColumn):
            raise TypeError(f"input {index} is not a text")
        return column

    def numbers(self, index: int) -> Column:
        """The `unsigned`, `integer`, `timestamp` (ms), `float` or `boolean` column of an input."""
        column = self.columns[index]
        if not isinstance(column, Column):
            raise TypeError(f"input {index} is a text")
        return column
