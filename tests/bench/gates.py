"""The requirements: ratios of costs that are measured by turns."""

from __future__ import annotations

from dataclasses import dataclass

from rows import BASELINE, CROWD, FAST_HTTP_USER, HTTP_USER, LISTENER, OURS, TLS, WRK, Row, Shape


@dataclass(frozen=True)
class Gate:
    """Our cost in a shape, divided by that of somebody in the same shape or by our own in another."""

    shape: Shape
    to: str
    to_shape: Shape
    limit: float

    @property
    def text(self) -> str:
        ours = f"{OURS}, {self.shape.name}"
        return f"{ours} / {self.to}" + ("" if self.to_shape == self.shape else f", {self.to_shape.name}")


GATES = (
    Gate(BASELINE, HTTP_USER, BASELINE, 1 / 25),
    Gate(BASELINE, FAST_HTTP_USER, BASELINE, 1 / 6),
    Gate(BASELINE, WRK, BASELINE, 2.0),
    Gate(TLS, OURS, BASELINE, 1.5),
    Gate(LISTENER, HTTP_USER, LISTENER, 1 / 18),
    Gate(CROWD, WRK, CROWD, 2.5),
)


def is_gate(row: Row) -> bool:
    key = (row.shape, row.generator.name)
    return any(key in ((gate.shape, OURS), (gate.to_shape, gate.to)) for gate in GATES)
