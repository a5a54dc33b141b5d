"""Tests of columns, counters and descriptors; the host tests the contract's side."""

import unittest

from streamgauge_sdk import (
    BadRows,
    BadState,
    Batch,
    Column,
    Counter,
    Descriptor,
    Metric,
    Output,
    Table,
    TextColumn,
    export_metric,
)
from streamgauge_sdk.describe import texts
from streamgauge_sdk.metric import exported
from streamgauge_sdk.testing import TestBatch, check_laws, result_of


class ByKey(Metric[Counter]):
    """Counts by text or number, and refuses nothing."""

    def describe(self) -> Descriptor:
        return (
            Descriptor("by-key", "0.1.0", {"en": "Events by key"})
            .input("key", self.config.get("type", "text"), nullable=True)
            .output(Output.dimension("key", ("键", "Key")))
            .output(Output.measure("events", ("事件数", "Events")))
        )

    def add(self, counter: Counter, batch: Batch) -> None:
        column = batch.numbers(0) if "type" in self.config else batch.text(0)
        counter.count(column)

    def result(self, counter: Counter) -> Table:
        return counter.table()


class Columns(unittest.TestCase):
    def test_nulls_are_none_and_not_counted(self):
        column = Column([1, 2, 1], bytes([1, 0, 1]))
        self.assertEqual(list(column), [1, None, 1])
        self.assertEqual(column.tally(), {1: 2})
        text = TextColumn([0, 1, 0], ["a", "b"], bytes([1, 1, 0]))
        self.assertEqual(list(text), ["a", "b", None])
        self.assertEqual(list(text.present()), ["a", "b"])
        self.assertEqual(text.tally(), {"a": 1, "b": 1})

    def test_two_codes_of_one_text_are_one_key(self):
        text = TextColumn([0, 1, 2, 1], ["a", "a", "b"])
        self.assertEqual(text.tally(), {"a": 3, "b": 1})
        self.assertEqual(text.tally(lambda _: "x"), {"x": 4})

    def test_a_wrong_type_is_named(self):
        batch = Batch(1, [Column([1]), TextColumn([0], ["a"])])
        for wrong in (lambda: batch.text(0), lambda: batch.numbers(1)):
            with self.assertRaisesRegex(TypeError, "input [01] is"):
                wrong()


class Counters(unittest.TestCase):
    def test_keys_are_in_order_whatever_came_first(self):
        one, other = Counter(), Counter()
        for key in ["b", "浙江", "", "𐀀", "｡"]:
            one.record(key)
        for key in ["𐀀", "｡", "", "浙江", "b"]:
            other.record(key)
        self.assertEqual(one.snapshot(), other.snapshot())
        self.assertEqual([key for key, _ in one.items()], ["", "b", "浙江", "｡", "𐀀"])

    def test_what_is_no_snapshot_is_refused(self):
        for wrong in (
            b"",
            b"{}",
            b"[1]",
            b'[["a",0]]',
            b'[["a",-1]]',
            b'[["a",true]]',
            b'[["b",1],["a",1]]',
            b'[["a",1],["a",1]]',
            b'[["a", 1]]',
            b'[["a",9223372036854775808]]',
            b"[[[],1]]",
            b"\xff",
        ):
            with self.assertRaises(BadState, msg=wrong):
                Counter.restore(wrong)

    def test_a_count_never_wraps(self):
        counter = Counter()
        counter.record("a", 2**63 - 1)
        with self.assertRaises(OverflowError):
            counter.record("a")


class Laws(unittest.TestCase):
    def test_the_laws_hold_for_each_type_of_key(self):
        check_laws(ByKey, TestBatch([["a", None, "é", ""][row % 4] for row in range(90)]))
        numbers = TestBatch([row * row % 11 - 5 for row in range(90)])
        check_laws(ByKey, numbers, {"type": "integer"})
        booleans = TestBatch([row % 3 == 0 for row in range(90)])
        check_laws(ByKey, booleans, {"type": "boolean"})
        expected = [["false", "60"], ["true", "30"]]
        self.assertEqual(result_of(ByKey, booleans, {"type": "boolean"}), expected)

    def test_a_refusal_names_all_rows_that_cannot_be_used_and_adds_none(self):
        class Strict(ByKey):
            def add(self, counter, batch):
                bad = [(row, "c") for row, key in enumerate(batch.text(0)) if key == "c"]
                if "adds" in self.config:
                    super().add(counter, batch)
                if bad:
                    raise BadRows(bad[: self.config.get("most", 9)])
                if "adds" not in self.config:
                    super().add(counter, batch)

        rows = TestBatch(["a", "c", "b", "c"])
        check_laws(Strict, rows)
        for config, law in (
            ({"most": 1}, "law: a refusal names all rows"),
            ({"adds": True}, "law: an `add` that refuses"),
        ):
            with self.assertRaisesRegex(AssertionError, law):
                check_laws(Strict, rows, config)

    def test_restore_is_given_the_state_version(self):
        class Older(ByKey):
            """Reads version 1, whose bytes are texts in lines, besides its own."""

            state_version = 2

            def restore(self, window, version, state):
                if version != 1:
                    return super().restore(window, version, state)
                counter = Counter()
                for key in state.decode().splitlines():
                    counter.record(key)
                return counter

        check_laws(Older, TestBatch(["a", "b", "a"]))
        older = Older({}).restore(None, 1, b"b\na\nb")
        self.assertEqual(older.items(), [("a", 1), ("b", 2)])
        for version in (0, 3):
            words = f"has state version {version}; supported is 2"
            with self.assertRaisesRegex(BadState, words):
                Older({}).restore(None, version, b"[]")

    def test_a_metric_that_reads_every_version_breaks_a_law(self):
        class Any(ByKey):
            def restore(self, window, version, state):
                return Counter.restore(state)

        with self.assertRaisesRegex(AssertionError, "law: a newer state version is refused"):
            check_laws(Any, TestBatch(["a"]))

    def test_a_broken_law_is_named(self):
        class Forgetful(ByKey):
            def merge(self, state, other):
                pass

        with self.assertRaisesRegex(AssertionError, "law: the fold of parts"):
            check_laws(Forgetful, TestBatch(["a", "b", "c"]))


class Descriptors(unittest.TestCase):
    def test_a_pair_is_chinese_and_english(self):
        self.assertEqual(texts(("省", "P")), texts({"zh": "省", "en": "P"}))

    def test_a_table_has_columns_of_one_length(self):
        with self.assertRaises(ValueError):
            Table([1], [])
        self.assertEqual(Table(["a"], [None]).cells(), [["a", ""]])

    def test_the_marked_class_is_exported(self):
        self.assertIs(exported_by(export_metric), ByKey)


    def test_two_marked_classes_are_refused_with_the_way_out(self):
        class Other(ByKey):
            pass

        exported_by(export_metric)
        with self.assertRaisesRegex(TypeError, "ByKey and .*Other are both.*metric.config"):
            export_metric(Other)
        self.assertIs(exported(), ByKey)


def exported_by(mark):
    mark(ByKey)
    return exported()
