"""The history of a run, for charts."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any

import gevent

import nest_engine

from .. import stats as settings
from ..util.rounding import proper_round
from .request_stats import TIMELINE_INTERVAL_S

# Of the history: fourteen hours, every five seconds. What is older is kept in wider steps.
MOST_ROWS = 10_000

if TYPE_CHECKING:
    from ..runners import Runner


def update_stats_history(runner: Runner, timestamp: str | None = None) -> None:
    """Appends what is true now to `runner.stats.history`; `timestamp` is text, `2026-01-31T23:59:59Z`."""
    stats = runner.stats
    when = timestamp or nest_engine.utc_timestamp(time.time())
    row: dict[str, Any] = {
        f"response_time_percentile_{fraction}": [
            when,
            stats.total.get_current_response_time_percentile(fraction) or 0,
        ]
        for fraction in settings.PERCENTILES_TO_CHART
    }
    row["current_rps"] = [when, stats.total.current_rps or 0]
    row["current_fail_per_sec"] = [when, stats.total.current_fail_per_sec or 0]
    row["total_avg_response_time"] = [when, proper_round(stats.total.avg_response_time, digits=2)]
    row["user_count"] = [when, runner.user_count or 0]
    row["time"] = when
    stats.history.append(row)
    if len(stats.history) > MOST_ROWS:
        del stats.history[1::2]


def stats_history(runner: Runner) -> None:
    """For a greenlet: `update_stats_history` every HISTORY_STATS_INTERVAL_SEC while a test runs."""
    with contextlib.suppress(KeyboardInterrupt):
        while runner.stats.total.use_response_times_cache:
            if runner.state not in ("ready", "stopped"):
                update_stats_history(runner)
            gevent.sleep(settings.HISTORY_STATS_INTERVAL_SEC)


def record_timeline(runner: Runner) -> None:
    """For a greenlet: keeps the finer history of our own charts, while a test runs."""
    while True:
        gevent.sleep(TIMELINE_INTERVAL_S)
        if runner.state not in ("ready", "stopped"):
            stats = runner.stats
            stats._timeline.record(time.time(), runner.user_count, stats.total._core)
