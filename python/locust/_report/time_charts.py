"""Charts of what happened when: requests, failures, response times and users over the time of a run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from .. import stats as statistics
from . import axes, numbers
from .charts import Chart, Panel, Series

if TYPE_CHECKING:
    from ..env import Environment
    from ..stats import RequestStats

MOST_POINTS = 600
# From the lighter to the darker, for percentiles in ascending order.
_SHADES = ("var(--p1)", "var(--p2)", "var(--p3)", "var(--p4)", "var(--p5)", "var(--p6)", "var(--p7)")


@dataclass(frozen=True)
class Moment:
    """What was true between two points in time, seconds since the start."""

    from_s: float
    to_s: float
    users: int
    rate: float
    failure_rate: float
    # Milliseconds, one for each of the percentiles asked for; empty if there was no request.
    times: Sequence[float]

    @property
    def middle(self) -> float:
        return (self.from_s + self.to_s) / 2

    @property
    def failed(self) -> float:
        return min(self.failure_rate / self.rate, 1) if self.rate else float(self.failure_rate > 0)


def percentiles_over_time() -> list[float]:
    """Those that a model wants in charts, and 99 %."""
    return sorted({*statistics.PERCENTILES_TO_CHART, 0.99})[: len(_SHADES)]


def moments_of(stats: RequestStats, fractions: list[float]) -> list[Moment]:
    """From the engine's own record; from Locust's history if a program keeps only that."""
    start_s = stats.start_time
    intervals = stats._timeline.intervals(fractions)
    precise = stats.total._core.is_precise
    if intervals:
        return [
            Moment(
                from_s - start_s,
                to_s - start_s,
                users,
                requests / (to_s - from_s),
                failures / (to_s - from_s),
                times if precise else (),
            )
            for from_s, to_s, users, requests, failures, times in intervals
        ]
    rows = stats.history[:: max(1, len(stats.history) // MOST_POINTS)]
    ends = [_unix_time(row["time"]) - start_s for row in rows]
    return [
        Moment(
            max(before, 0),
            max(end, before, 0.001),
            row["user_count"][1],
            row["current_rps"][1],
            row["current_fail_per_sec"][1],
            [row.get(f"response_time_percentile_{fraction}", (0, 0))[1] for fraction in fractions]
            if row["current_rps"][1]
            else (),
        )
        for before, end, row in zip([0, *ends], ends, rows, strict=False)
    ]


def time_charts(environment: Environment) -> list[Chart]:
    """None of a run of which nothing was recorded."""
    stats = environment.stats
    fractions = percentiles_over_time()
    moments = moments_of(stats, fractions)
    if not moments:
        return []
    over_time = _OverTime(moments, stats.start_time)
    return [over_time.rates(), over_time.response_times(fractions), over_time.users_and_failures()]


class _OverTime:
    def __init__(self, moments: list[Moment], start_s: float) -> None:
        self._moments = moments
        self._x = axes.time(moments[-1].to_s)
        self._stops = [moment.middle for moment in moments]
        self._titles = [self._title(moment, start_s) for moment in moments]

    def _title(self, moment: Moment, start_s: float) -> str:
        clock = datetime.fromtimestamp(start_s + moment.to_s).strftime("%H:%M:%S")
        return f"{numbers.elapsed(moment.to_s, self._x.high)} ({clock})"

    def rates(self) -> Chart:
        y = axes.from_zero("per second", max(moment.rate for moment in self._moments), numbers.plain_labels)
        series = [
            self._series("Requests/s", "var(--requests)", "area", lambda m: m.rate, numbers.rate),
            self._series("Failures/s", "var(--failures)", "area", lambda m: m.failure_rate, numbers.rate),
        ]
        return Chart(
            "rates",
            "Requests per second",
            "Requests that ended, and those of them that failed",
            [self._panel(y, series)],
        )

    def response_times(self, fractions: list[float]) -> Chart:
        highest = max((max(moment.times, default=0) for moment in self._moments), default=0)
        positive = [time for moment in self._moments for time in moment.times if time > 0]
        lowest = min(positive, default=0)
        logarithmic = lowest > 0 and highest / lowest > 25
        y = (
            axes.logarithmic("response time", lowest, highest, numbers.response_time)
            if logarithmic
            else axes.from_zero("response time", highest, numbers.time_labels)
        )
        shades = _SHADES if len(fractions) > 3 else _SHADES[::3]
        series = [
            self._series(
                numbers.fraction_label(fraction),
                shades[number],
                "line",
                partial(_percentile, number),
                numbers.response_time,
            )
            for number, fraction in enumerate(fractions)
        ]
        note = "Percentiles within each interval" + (", on a logarithmic scale" if logarithmic else "")
        return Chart("times", "Response times", note, [self._panel(y, series)])

    def users_and_failures(self) -> Chart:
        most = max(moment.users for moment in self._moments)
        worst = max(moment.failed for moment in self._moments)
        users = self._series("Users", "var(--users)", "step", lambda m: m.users, numbers.count, self._x.low)
        failed = self._series(
            "Failed requests", "var(--failures)", "step", lambda m: m.failed, numbers.percent, self._x.low
        )
        panels = [
            self._panel(axes.from_zero("users", most, numbers.plain_labels, 3, whole=True), [users], 130),
            self._panel(axes.from_zero("failed", worst, numbers.percent_labels, 2), [failed], 70),
        ]
        return Chart(
            "users", "Users and failures", "Users at work, and the share of requests that failed", panels
        )

    def _series(
        self,
        label: str,
        colour: str,
        kind: Any,
        value: Callable[[Moment], float | None],
        text: Callable[[float], str],
        first: float | None = None,
    ) -> Series:
        values = [value(moment) for moment in self._moments]
        points = [
            (moment.to_s if kind == "step" else moment.middle, number)
            for moment, number in zip(self._moments, values, strict=True)
        ]
        if first is not None:
            points.insert(0, (first, values[0]))
        texts = ["–" if number is None else text(number) for number in values]
        return Series(label, colour, kind, points, texts, 1.75 if len(points) < 300 else 1.25)

    def _panel(self, y: axes.Axis, series: list[Series], height: int = 220) -> Panel:
        return Panel(self._x, y, series, self._stops, self._titles, height)


def _percentile(number: int, moment: Moment) -> float | None:
    return moment.times[number] if moment.times else None


def _unix_time(utc: str) -> float:
    return datetime.fromisoformat(utc).timestamp()
