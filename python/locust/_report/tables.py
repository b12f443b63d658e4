"""The tables of the report, cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from .. import html as settings
from .. import stats as statistics
from . import numbers
from .distribution_charts import range_of, sparkline
from .template_args import exceptions

if TYPE_CHECKING:
    from .._stats.generator import GeneratorUse
    from ..env import Environment
    from ..stats import StatsEntry


@dataclass(frozen=True)
class Column:
    title: str
    # Numbers are aligned right and sort from the largest.
    numeric: bool = True
    style: str = ""


@dataclass(frozen=True)
class Cell:
    text: str
    # What the column is sorted by: not by the text if not None.
    value: float | None = None
    style: str = ""


@dataclass(frozen=True)
class Table:
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    # Stays at the bottom however the others are sorted.
    total: Sequence[Cell] = ()


_NAME = [Column("Type", numeric=False, style="type"), Column("Name", numeric=False, style="name")]


def _name_cells(entry: StatsEntry) -> list[Cell]:
    return [Cell(entry.method, style="type"), Cell(entry.name, style="name")]


def _number(value: float, decimals: int = 0, style: str = "") -> Cell:
    return Cell(f"{value:,.{decimals}f}", value, style)


def request_table(environment: Environment) -> Table:
    """Counts, times, sizes and rates of each name."""
    stats = environment.stats
    decimals = numbers.decimals_for(stats.total.avg_response_time)
    titles = ["Requests", "Failures", "Average", "Min", "Max", "Size (bytes)", "Requests/s", "Failures/s"]

    def row(entry: StatsEntry) -> list[Cell]:
        failed = "failed" if entry.num_failures else "zero"
        share = f" ({numbers.percent(entry.fail_ratio)})" if entry.num_failures else ""
        return [
            *_name_cells(entry),
            _number(entry.num_requests),
            Cell(numbers.count(entry.num_failures) + share, entry.num_failures, failed),
            _number(entry.avg_response_time, decimals),
            _number(entry.min_response_time or 0, decimals),
            _number(entry.max_response_time, decimals),
            _number(entry.avg_content_length),
            _number(entry.total_rps, 2),
            _number(entry.total_fail_per_sec, 2, "" if entry.num_failures else "zero"),
        ]

    rows = [row(entry) for entry in statistics.sort_stats(stats.entries)]
    return Table([*_NAME, *map(Column, titles)], rows, row(stats.total))


def response_time_table(environment: Environment) -> Table:
    """Percentiles of each name, and the shape of their distribution."""
    stats = environment.stats
    fractions = list(settings.PERCENTILES_FOR_HTML_REPORT)
    decimals = numbers.decimals_for(stats.total._core.precise_percentiles([0.5])[0])
    span = range_of(stats)

    def row(entry: StatsEntry) -> list[Cell]:
        if span is None or entry.num_requests == entry.num_none_requests:
            return [*_name_cells(entry), *[Cell("–", -1.0)] * len(fractions), Cell("")]
        times = entry._core.precise_percentiles(fractions)
        picture = Markup(
            '<svg viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true"><path d="{}"/></svg>'
        )
        return [
            *_name_cells(entry),
            *[_number(time, decimals) for time in times],
            Cell(picture.format(sparkline(entry, *span)), style="shape"),
        ]

    titles = [numbers.fraction_label(fraction) for fraction in fractions]
    shape = "Distribution"
    if span is not None:
        shape += f", {numbers.response_time(span[0])} to {numbers.response_time(span[1])}"
    rows = [row(entry) for entry in statistics.sort_stats(stats.entries)]
    columns = [*_NAME, *map(Column, titles), Column(shape, numeric=False, style="shape")]
    return Table(columns, rows, row(stats.total))


def phase_table(environment: Environment) -> Table | None:
    """Where the time of each name's requests went on average; None if that is not known of any."""
    stats = environment.stats
    known = [entry for entry in statistics.sort_stats(stats.entries) if entry._core.phases[0]]
    if not known:
        return None
    decimals = numbers.decimals_for(sum(_mean_phases(stats.total)))

    def row(entry: StatsEntry) -> list[Cell]:
        means = _mean_phases(entry)
        whole = sum(means) or 1
        segments = Markup("").join(
            Markup('<i style="width: {:.2f}%"></i>').format(mean / whole * 100) for mean in means
        )
        return [
            *_name_cells(entry),
            _number(entry._core.phases[0]),
            *[_number(mean, decimals) for mean in means],
            Cell(segments, style="shares-of-time"),
        ]

    titles = ["Requests", "Connecting", "Waiting", "Receiving"]
    share = Column("Share", numeric=False, style="shape")
    return Table([*_NAME, *map(Column, titles), share], [row(entry) for entry in known], row(stats.total))


def _mean_phases(entry: StatsEntry) -> list[float]:
    requests, *sums = entry._core.phases
    return [total / max(requests, 1) for total in sums]


def thread_table(use: GeneratorUse) -> Table:
    """Who had the Python thread: tasks, and all else."""
    titles = ["Share", "Turns", "Average turn (ms)", "Longest turn (ms)"]
    rows = [
        [
            Cell(task.name, style="name"),
            Cell(numbers.percent(task.share), task.share),
            _number(task.turns),
            _number(task.seconds / task.turns * 1000, 2),
            _number(task.longest_s * 1000, 1),
        ]
        for task in use.tasks
    ]
    rest = max(1 - sum(task.share for task in use.tasks), 0.0)
    total = [Cell("All else"), Cell(numbers.percent(rest), rest), *[Cell("")] * 3]
    return Table([Column("Task", numeric=False, style="name"), *map(Column, titles)], rows, total)


def failure_table(environment: Environment) -> Table:
    """Kinds of failures, the most frequent first."""
    start_s = environment.stats.start_time
    columns = [
        Column("Failures"),
        Column("Type", numeric=False, style="type"),
        Column("Name", numeric=False, style="name"),
        Column("Error", numeric=False, style="text"),
        Column("First"),
        Column("Last"),
    ]

    def when(seen: float | None) -> Cell:
        if seen is None:
            return Cell("–", 0)
        since = max(seen - start_s, 0)
        return Cell(numbers.elapsed(since, max(since, 60)), seen)

    errors = sorted(environment.stats.errors.values(), key=lambda error: -error.occurrences)
    rows = [
        [
            _number(error.occurrences),
            Cell(error.method, style="type"),
            Cell(error.name, style="name"),
            Cell(error._core.display, style="text"),
            when(error.first_seen),
            when(error.last_seen),
        ]
        for error in errors
    ]
    return Table(columns, rows)


def exception_rows(environment: Environment) -> list[dict[str, Any]]:
    """What tasks raised, the most frequent first."""
    return sorted(exceptions(environment), key=lambda item: -item["count"])
