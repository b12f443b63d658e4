"""The tables that a run prints."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import gevent

import nest_engine

from .. import stats as settings

if TYPE_CHECKING:
    from .request_stats import RequestStats


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        settings.console_logger.info(line)


def print_stats(stats: RequestStats, current: bool = True) -> None:
    """Logs the request table and an empty line."""
    _print([*get_stats_summary(stats, current), ""])


def print_percentile_stats(stats: RequestStats) -> None:
    """Logs the percentile table and an empty line."""
    _print([*get_percentile_stats_summary(stats), ""])


def print_error_report(stats: RequestStats) -> None:
    """Logs the error report, if there were errors."""
    if stats.errors:
        _print(get_error_report_summary(stats))


def get_stats_summary(stats: RequestStats, current: bool = True) -> list[str]:
    """The lines of the request table."""
    return nest_engine.request_table(
        stats._core, current, settings.STATS_TYPE_WIDTH, settings.STATS_NAME_WIDTH
    )


def get_percentile_stats_summary(stats: RequestStats) -> list[str]:
    """The lines of the percentile table."""
    return nest_engine.percentile_table(
        stats._core, settings.PERCENTILES_TO_REPORT, settings.STATS_TYPE_WIDTH, settings.STATS_NAME_WIDTH
    )


def get_error_report_summary(stats: RequestStats) -> list[str]:
    """The lines of the error report."""
    return nest_engine.error_table(stats._core, settings.STATS_TYPE_WIDTH, settings.STATS_NAME_WIDTH)


def stats_printer(stats: RequestStats) -> Callable[[], None]:
    """For a greenlet: prints the request table at once and every CONSOLE_STATS_INTERVAL_SEC."""

    def print_for_ever() -> None:
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                print_stats(stats)
                gevent.sleep(settings.CONSOLE_STATS_INTERVAL_SEC)

    return print_for_ever
