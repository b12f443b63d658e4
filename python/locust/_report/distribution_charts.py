"""Charts of how long requests took: percentile curves, and how many took how long."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import axes, numbers
from .charts import SIZE, Chart, Mark, Panel, Series

if TYPE_CHECKING:
    from ..stats import RequestStats, StatsEntry

MOST_ENTRIES = 8
_MARKED = (0.5, 0.95, 0.99)
# A bar is never as narrow as the precision of the times in it.
_MOST_BARS = 60
_NARROWEST_BAR = 1.03

Bucket = tuple[float, float, float]


def busiest(stats: RequestStats) -> list[StatsEntry]:
    """The entries with the most timed requests, by name."""
    timed = [entry for entry in stats.entries.values() if entry.num_requests > entry.num_none_requests]
    kept = sorted(timed, key=lambda entry: -entry.num_requests)[:MOST_ENTRIES]
    return sorted(kept, key=lambda entry: (entry.name, entry.method))


def title_of(entry: StatsEntry) -> str:
    return f"{entry.method} {entry.name}".strip()


def percentile_chart(stats: RequestStats) -> Chart | None:
    """The response time of each percentile, of all requests and of the busiest entries."""
    total = stats.total
    samples = total.num_requests - total.num_none_requests
    if samples < 2:
        return None
    x = axes.nines(samples)
    steps = 100
    fractions = [1 - 10 ** (-position * x.scale(x.high) / steps) for position in range(steps + 1)]
    entries = busiest(stats)
    curves = [(entry, f"var(--c{number + 1})", 1.75) for number, entry in enumerate(entries)]
    if len(entries) > 1:
        curves.append((total, "var(--text)", 2.5))
    values = [_curve(entry, fractions) for entry, _, _ in curves]
    known = [time for curve in values for time in curve if time is not None]
    low, high = max(min(known), 0.001), max(*known, 0.001)
    y = axes.logarithmic("response time", low, high, numbers.response_time)
    series = [
        Series(
            title_of(entry) if entry is not total else "All requests",
            colour,
            "line",
            list(zip(fractions, curve, strict=True)),
            ["–" if time is None else numbers.response_time(time) for time in curve],
            width,
        )
        for (entry, colour, width), curve in zip(curves, values, strict=True)
    ]
    left_out = len([entry for entry in stats.entries.values() if entry.num_requests]) - len(entries)
    note = f"The {MOST_ENTRIES} names with the most requests" if left_out > 0 else ""
    panel = Panel(x, y, series, fractions, [numbers.fraction_label(_rounded(f)) for f in fractions], 320)
    return Chart("percentiles", "Percentiles of the response time", note, [panel], switches=len(series) > 1)


def _curve(entry: StatsEntry, fractions: Sequence[float]) -> list[float | None]:
    """Up to the percentile of the slowest sample: there are no others beyond."""
    samples = entry.num_requests - entry.num_none_requests
    times = entry._core.precise_percentiles(list(fractions))
    return [
        time if 1 - fraction >= 0.999 / samples else None
        for fraction, time in zip(fractions, times, strict=True)
    ]


def _rounded(fraction: float) -> float:
    """To as many digits as tell it from 1."""
    digits = max(2, 2 - math.floor(math.log10(max(1 - fraction, 1e-9))))
    return round(fraction, digits)


def distribution_charts(stats: RequestStats) -> list[tuple[str, Chart]]:
    """(name, histogram) of all requests, then of the busiest entries."""
    entries = busiest(stats)
    shown = [("All requests", stats.total), *((title_of(entry), entry) for entry in entries)]
    if len(entries) == 1:
        shown = shown[1:]
    return [
        (name, _distribution_chart(f"distribution{number}", entry))
        for number, (name, entry) in enumerate(shown)
        if entry.num_requests > entry.num_none_requests
    ]


def _distribution_chart(key: str, entry: StatsEntry) -> Chart:
    samples = entry.num_requests - entry.num_none_requests
    bars = histogram(entry, _MOST_BARS)
    low, high = bars[0][0], bars[-1][1]
    if high / low < 1.5:  # room around what is nearly one time
        low, high = low / 1.25, high * 1.25
    x = axes.logarithmic(
        "response time, on a logarithmic scale", low * 1.02, high / 1.02, numbers.response_time
    )
    y = axes.from_zero("requests", max(count for _, _, count in bars), numbers.plain_labels, 4, whole=True)
    points = [(edge, count) for left, right, count in bars for edge in (left, right)]
    # Bars share what one bucket counts: whole numbers only where that matters.
    texts = [f"{numbers.count(count)} ({numbers.percent(count / samples)})" for _, _, count in bars]
    titles = [f"{numbers.response_time(left)} to {numbers.response_time(right)}" for left, right, _ in bars]
    marks = [
        Mark(x.at(time), f"{numbers.fraction_label(fraction)}: {numbers.response_time(time)}", row)
        for row, (fraction, time) in enumerate(
            zip(_MARKED, entry._core.precise_percentiles(list(_MARKED)), strict=True)
        )
    ]
    series = Series("Requests", "var(--requests)", "bars", points, texts)
    stops = [math.sqrt(left * right) for left, right, _ in bars]
    panel = Panel(x, y, [series], stops, titles, 280, marks)
    return Chart(key, "Distribution of the response time", "", [panel], legend=False)


def histogram(entry: StatsEntry, most: int) -> list[Bucket]:
    """(from, to, requests) by response time: bars that are equally wide on a logarithmic axis.

    At least one; the times are above 0. What a bucket of the engine counts is shared by the bars it lies in.
    """
    buckets = [
        (max(low, 0.001), max(high, low, 0.001), count) for low, high, count in entry._core.distribution()
    ]
    buckets = [
        (low, high if math.isfinite(high) and high > low else low * 1.0078, n) for low, high, n in buckets
    ]
    low, high = buckets[0][0], buckets[-1][1]
    bars = max(1, min(most, int(math.log(high / low) / math.log(_NARROWEST_BAR))))
    width = math.log(high / low) / bars
    counts = [0.0] * bars
    for start, end, count in buckets:
        first, last = (math.log(edge / low) / width for edge in (start, end))
        for bar in range(int(first), min(math.ceil(last - 1e-9), bars)):
            counts[bar] += count * (min(last, bar + 1) - max(first, bar)) / (last - first)
    edges = [low * math.exp(width * number) for number in range(bars + 1)]
    return list(zip(edges, edges[1:], counts, strict=False))


def sparkline(entry: StatsEntry, low: float, high: float, bars: int = 40) -> str:
    """The distribution as an SVG path, on a logarithmic axis from `low` to `high` milliseconds."""
    counts = [0.0] * bars
    scale = bars / math.log(high / low)
    for start, end, count in entry._core.distribution():
        middle = start if math.isinf(end) else (start + end) / 2
        place = math.log(min(max(middle, low), high) / low) * scale
        counts[min(int(place), bars - 1)] += count
    top = max(counts)
    step = SIZE / bars
    return "".join(
        f"M{bar * step:g} {SIZE}V{(1 - max(count / top, 0.04)) * SIZE:.4g}h{step:g}V{SIZE}Z"
        for bar, count in enumerate(counts)
        if count
    )


def range_of(stats: RequestStats) -> tuple[float, float] | None:
    """From the shortest to the longest response time, milliseconds above 0; None without any."""
    buckets = stats.total._core.distribution()
    if not buckets:
        return None
    low = max(buckets[0][0], 0.001)
    return low, max(stats.total.max_response_time, low * 1.5)
