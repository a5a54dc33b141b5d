"""Tests of the SDK without Wasm: `python3 -m unittest`."""
