"""Lines in the host's log, never one per row: the host limits their number and length."""

import sys


def _to_stderr(level: str, message: str) -> None:
    print(f"{level}: {message}", file=sys.stderr)


# The component puts the contract's `log` here.
_write = _to_stderr


def debug(message: object) -> None:
    _write("debug", str(message))


def info(message: object) -> None:
    _write("info", str(message))


def warn(message: object) -> None:
    _write("warn", str(message))


def error(message: object) -> None:
    _write("error", str(message))
