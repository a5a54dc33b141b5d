"""The contract's accumulator, in a module of the name that componentize-py looks for."""

import wire
from streamgauge_sdk.metric import Window


class Accumulator:
    def __init__(self, window):
        self.state = wire.opened.create(window and Window(window.start, window.end))

    def add(self, batch):
        with wire.refusals():
            wire.opened.add(self.state, wire.batch(batch))

    def merge(self, other):
        with wire.refusals():
            wire.opened.merge(self.state, other.state)

    def get_result(self):
        with wire.refusals():
            return wire.table(wire.opened.result(self.state), wire.outputs)

    def snapshot(self):
        return wire.opened.snapshot(self.state)

    @classmethod
    def restore(cls, window, state_version, state):
        with wire.refusals():
            accumulator = cls.__new__(cls)
            window = window and Window(window.start, window.end)
            accumulator.state = wire.opened.restore(window, state_version, bytes(state))
            return accumulator
