"""The translation between the SDK's types and those of the contract."""

from contextlib import contextmanager
from itertools import accumulate

from componentize_py_types import Err
from streamgauge_sdk import describe as sdk
from streamgauge_sdk.batch import Batch, Column, TextColumn
from streamgauge_sdk.errors import BadConfig, BadRows, BadState
from wit_world.exports import describe as d
from wit_world.imports import types as t

# The metric that `open` made, and the types of its outputs.
opened = None
outputs = []


@contextmanager
def refusals():
    """Turns the SDK's errors into the contract's. Any other exception is a crash and stays one."""
    try:
        yield
    except BadConfig as error:
        raise Err(t.MetricError_BadConfig(str(error))) from error
    except BadState as error:
        raise Err(t.MetricError_BadState(str(error))) from error
    except BadRows as error:
        raise Err(t.MetricError_BadRows(error.rows)) from error


def descriptor(of, state_version):
    outputs = [
        d.Output(
            o.name,
            t.FieldType[o.type.upper()],
            d.Role[o.role.upper()],
            sdk.texts(o.title),
            o.unit,
            o.additive,
            o.error_of,
            [d.Label(key, sdk.texts(text)) for key, text in o.labels.items()],
        )
        for o in of.outputs
    ]
    views = [
        d.View(
            v.id,
            sdk.texts(v.title),
            v.chart,
            v.dimension,
            v.across,
            v.measures,
            v.top,
            v.sorted,
            v.size,
        )
        for v in of.views
    ]
    inputs = [d.Input(i.name, t.FieldType[i.type.upper()], i.nullable) for i in of.inputs]
    law = d.MergeLaw.BOUNDED if of.is_bounded else d.MergeLaw.EXACT
    return d.Descriptor(
        of.name, of.version, sdk.texts(of.doc), inputs, outputs, views, state_version, law
    )


def batch(of):
    return Batch(of.rows, [_column(column) for column in of.columns])


def _column(of):
    values = of.values.value
    if isinstance(of.values, t.Values_Dictionary):
        return TextColumn(values.codes, _texts(values.values), of.valid)
    if isinstance(of.values, t.Values_Booleans):
        return Column([byte != 0 for byte in values], of.valid)
    return Column(values, of.valid)


def _texts(of):
    utf8, offsets = bytes(of.utf8), of.offsets
    return [utf8[start:end].decode() for start, end in zip(offsets, offsets[1:])]


def table(of, types):
    if len(of.columns) != len(types):
        raise ValueError(f"the result has {len(of.columns)} columns, not {len(types)}")
    return t.Table(of.rows, [_result(kind, cells) for kind, cells in zip(types, of.columns)])


def _result(kind, cells):
    valid = bytes(cell is not None for cell in cells) if None in cells else b""
    if kind == "text":
        parts = [b"" if cell is None else cell.encode() for cell in cells]
        offsets = [0, *accumulate(map(len, parts))]
        values = t.Values_Strings(t.Strings(offsets, b"".join(parts)))
    elif kind == "float":
        values = t.Values_F64s([0.0 if cell is None else float(cell) for cell in cells])
    elif kind == "boolean":
        values = t.Values_Booleans(bytes(bool(cell) for cell in cells))
    else:
        values = t.Values_S64s([0 if cell is None else cell for cell in cells])
    return t.Column(values, valid)
