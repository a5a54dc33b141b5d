"""Tests without Wasm: `python3 -m unittest`. The SDK is in vendor/."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "vendor"))
