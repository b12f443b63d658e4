"""Numbers as people read them."""

from __future__ import annotations

import math
from collections.abc import Callable


def count(number: float) -> str:
    """`12,345`"""
    return f"{number:,.0f}"


def rate(per_second: float) -> str:
    """`0.25`, `12.3`, `1,234`: three digits."""
    return significant(per_second)


def significant(number: float) -> str:
    """Three significant digits, but all before the point."""
    size = abs(number)
    if size >= 100 or number == int(number):
        return f"{number:,.0f}"
    return f"{number:.1f}" if size >= 10 else f"{number:.2f}" if size >= 0.1 else f"{number:.3g}"


def percent(share: float) -> str:
    """Of a share from 0 to 1; what is not quite nothing or everything does not look like it."""
    value = share * 100
    if value == int(value):
        return f"{value:.0f} %"
    if value < 0.01:
        return "< 0.01 %"
    return f"{min(value, 99.99):.2f} %" if value < 1 or value > 99 else f"{value:.1f} %"


def response_time(milliseconds: float) -> str:
    """With its unit: `350 µs`, `1.23 ms`, `12.3 ms`, `1,234 ms`, `12.3 s`."""
    if milliseconds >= 10_000:
        return f"{significant(milliseconds / 1000)} s"
    if 0 < milliseconds < 1:
        return f"{significant(milliseconds * 1000)} µs"
    return f"{significant(milliseconds)} ms"


def decimals_for(typical: float) -> int:
    """How many decimal places a column of numbers needs for three digits of a typical one."""
    return 2 if typical < 10 else 1 if typical < 100 else 0


def plain_labels(step: float, highest: float) -> Callable[[float], str]:
    """For an axis: all with as many decimal places as the step needs."""
    decimals = _decimals(step)
    return lambda value: f"{value:,.{decimals}f}"


def percent_labels(step: float, highest: float) -> Callable[[float], str]:
    """Likewise, of shares from 0 to 1."""
    decimals = _decimals(step * 100)
    return lambda value: f"{value * 100:.{decimals}f} %"


def time_labels(step: float, highest: float) -> Callable[[float], str]:
    """Likewise, of milliseconds, in one unit."""
    unit, factor = ("s", 1e-3) if highest >= 10_000 else ("ms", 1.0) if highest >= 1 else ("µs", 1e3)
    decimals = _decimals(step * factor)
    return lambda value: f"{value * factor:,.{decimals}f} {unit}"


def _decimals(step: float) -> int:
    return next((places for places in range(9) if math.isclose(round(step, places), step, rel_tol=1e-6)), 9)


def fraction_label(fraction: float) -> str:
    """`0.995` is `99.5 %`"""
    return f"{float(f'{fraction * 100:.8g}'):g} %"


def elapsed(seconds: float, total: float) -> str:
    """Since the start of a run that took `total` seconds: `12.5 s`, `1:30` (min:s), `1:30:00`."""
    if total < 60:
        return f"{float(f'{seconds:.1f}'):g} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if total >= 3600 else f"{minutes}:{rest:02}"
