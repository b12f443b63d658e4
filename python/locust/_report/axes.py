"""Axes of charts: where a value lies, from 0 to 1, and which values are written beside the axis."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from . import numbers

Label = Callable[[float], str]
# What the labels of an axis look like, given the step between them and the highest one.
Labels = Callable[[float, float], Label]

_TIME_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
_DECADE_STEPS = ((1,), (1, 2, 5), (1, 1.5, 2, 3, 5, 7), (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9))


@dataclass(frozen=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True)
class Axis:
    """From `low` to `high`, evenly by `scale`."""

    title: str
    low: float
    high: float
    values: list[float]
    label: Label = field(repr=False)
    scale: Callable[[float], float] = field(repr=False, default=float)

    def at(self, value: float) -> float:
        """0 at the low end, 1 at the high one, within them beyond."""
        low, high = self.scale(self.low), self.scale(self.high)
        value = min(max(value, self.low), self.high)
        return (self.scale(value) - low) / (high - low)

    @property
    def ticks(self) -> list[Tick]:
        return [Tick(self.at(value), self.label(value)) for value in self.values]


def from_zero(title: str, highest: float, labels: Labels, most: int = 5, whole: bool = False) -> Axis:
    """A linear axis to a round number that is not below `highest`, of which only whole ones if `whole`."""
    step = _round_step(highest / most) if highest > 0 else 1
    if whole:
        step = max(step, 1)
    steps = max(1, math.ceil(highest / step - 1e-9))
    values = [step * number for number in range(steps + 1)]
    return Axis(title, 0, values[-1], values, labels(step, values[-1]))


def logarithmic(title: str, lowest: float, highest: float, label: Label) -> Axis:
    """A logarithmic axis that holds both, which are above 0."""
    low, high = lowest / 1.02, highest * 1.02
    for steps in _DECADE_STEPS:
        values = [value for value in _per_decade(low, high, steps) if low <= value <= high]
        if len(values) >= 4:
            break
    if len(values) < 3:
        step = _round_step((high - low) / 4)
        first = math.ceil(low / step)
        values = [step * number for number in range(first, math.floor(high / step) + 1)]
    every = math.ceil(len(values) / 8)
    return Axis(title, low, high, values[::every], label, math.log)


def time(seconds: float) -> Axis:
    """Of a run that took so long."""
    span = max(seconds, 1e-3)
    wanted = span / 8
    days = 86400 * math.ceil(wanted / 86400)
    step = next((step for step in _TIME_STEPS if step >= wanted), days) if span > 4 else _round_step(span / 5)
    values = [step * number for number in range(math.floor(span / step + 1e-9) + 1)]
    unit = "s" if span < 60 else "min:s" if span < 3600 else "h:min"
    seconds_shown = 0 if span < 3600 else len(":00")

    def label(at: float) -> str:
        text = numbers.elapsed(at, span)
        return text[: len(text) - seconds_shown]

    return Axis(f"time since the start ({unit})", 0, span, values, label)


def nines(samples: int) -> Axis:
    """Of percentiles, the rarest of `samples` samples at its end: as far from 90 % to 99 % as to 99.9 %."""
    rarest = min(max(samples, 10), 100_000)
    fractions = [0, 0.5, 0.75, 0.9, *(1 - 10**-digits for digits in range(2, 6))]
    values = [fraction for fraction in fractions if 1 - fraction >= 1 / rarest * 0.999]
    return Axis(
        "share of requests that took at most so long",
        0,
        1 - 1 / rarest,
        values,
        numbers.fraction_label,
        lambda fraction: -math.log10(1 - fraction),
    )


def _round_step(step: float) -> float:
    """The next of 1, 2, 2.5 and 5 times a power of ten."""
    power = 10 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= step * (1 - 1e-9))


def _per_decade(low: float, high: float, steps: tuple[float, ...]) -> list[float]:
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [step * 10.0**decade for decade in decades for step in steps]
