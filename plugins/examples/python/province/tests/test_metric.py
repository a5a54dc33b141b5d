"""The same rows and results as in the tests of the Rust metric."""

import unittest

from metric import PROVINCES, Province
from streamgauge_sdk.testing import TestBatch, check_laws, result_of


class ProvinceTest(unittest.TestCase):
    def test_provinces_are_counted_by_their_text(self):
        rows = TestBatch(["广东", "北京市", "广东", "", "Atlantis"])
        expected = [["", "1"], ["Atlantis", "1"], ["北京市", "1"], ["广东", "2"]]
        self.assertEqual(result_of(Province, rows), expected)

    def test_the_laws_hold(self):
        names = list(PROVINCES)
        check_laws(Province, TestBatch([names[row * row % len(names)] for row in range(500)]))
