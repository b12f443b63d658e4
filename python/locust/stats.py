"""Statistics of a run: what Locust's `locust.stats` offers, kept by the engine.

The numbers live in C++ (`nest_engine.RequestStats` and its entries); the classes here give them the
attributes that models read and assign. Everything runs on the Python thread. Response times are milliseconds,
times Unix seconds.

The module's constants may be assigned at any time, before or during a run: they are read when they are used.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

import nest_engine

from .exception import CatchResponseError
from .global_stats import GlobalStats
from .util.date import format_utc_timestamp
from .util.rounding import proper_round

__all__ = [
    "CONSOLE_STATS_INTERVAL_SEC",
    "CSVWriter",
    "CSV_SUFFIXES",
    "CSV_STATS_FLUSH_INTERVAL_SEC",
    "CSV_STATS_INTERVAL_SEC",
    "CURRENT_RESPONSE_TIME_PERCENTILE_WINDOW",
    "CachedResponseTimes",
    "CatchResponseError",
    "EntriesDict",
    "HISTORY_STATS_INTERVAL_SEC",
    "PERCENTILES_TO_CHART",
    "PERCENTILES_TO_REPORT",
    "PERCENTILES_TO_STATISTICS",
    "RequestStats",
    "RequestStatsAdditionError",
    "STATS_AUTORESIZE",
    "STATS_NAME_WIDTH",
    "STATS_TYPE_WIDTH",
    "StatsBaseDict",
    "StatsCSV",
    "StatsCSVFileWriter",
    "StatsEntry",
    "StatsEntryDict",
    "StatsError",
    "StatsErrorDict",
    "StatsHolder",
    "StatsListener",
    "avg",
    "bucket_response_time",
    "calculate_response_time_percentile",
    "console_logger",
    "diff_response_time_dicts",
    "format_utc_timestamp",
    "get_error_report_summary",
    "get_percentile_stats_summary",
    "get_readable_percentiles",
    "get_stats_summary",
    "global_stats",
    "logger",
    "median_from_dict",
    "print_error_report",
    "print_percentile_stats",
    "print_stats",
    "print_stats_json",
    "proper_round",
    "resize_handler",
    "save_stats_json",
    "setup_distributed_stats_event_listeners",
    "sort_stats",
    "stats_history",
    "stats_printer",
    "update_stats_history",
    "validate_stats_configuration",
]

console_logger = logging.getLogger("locust.stats_logger")
logger = logging.getLogger(__name__)

# Of the runner of this process (0.x).
global_stats = GlobalStats()


def _name_width_of_terminal(default: int) -> int:
    try:
        columns = os.get_terminal_size()[0]
    except OSError:
        return default
    return max(min(columns - 80, 80), 0)


# Characters for the first two columns of the tables. The second follows the terminal's size while
# STATS_AUTORESIZE.
STATS_TYPE_WIDTH = 8
STATS_NAME_WIDTH = _name_width_of_terminal(80)
STATS_AUTORESIZE = True

# Seconds between two tables on the console, two rows of the history, two writes of the CSV files. Every write
# hands the CSV files to the operating system, so that nothing is left to do for the flush interval.
CONSOLE_STATS_INTERVAL_SEC: float = 2
HISTORY_STATS_INTERVAL_SEC: float = 5
CSV_STATS_INTERVAL_SEC: float = 1
CSV_STATS_FLUSH_INTERVAL_SEC: float = 5

# Seconds that a "current" percentile looks back.
CURRENT_RESPONSE_TIME_PERCENTILE_WINDOW = 10

PERCENTILES_TO_REPORT: list[float] = [0.50, 0.66, 0.75, 0.80, 0.90, 0.95, 0.98, 0.99, 0.999, 0.9999, 1.0]
PERCENTILES_TO_STATISTICS: list[float] = [0.95, 0.99]
PERCENTILES_TO_CHART: list[float] = [0.5, 0.95]


def resize_handler(signum: int, frame: Any) -> None:
    """Follows a change of the terminal's size, unless `STATS_AUTORESIZE` was set to False."""
    global STATS_NAME_WIDTH
    if STATS_AUTORESIZE:
        STATS_NAME_WIDTH = _name_width_of_terminal(STATS_NAME_WIDTH)


with contextlib.suppress(AttributeError, ValueError):  # no such signal here, or not in the main thread
    signal.signal(signal.SIGWINCH, resize_handler)


def bucket_response_time(response_time: float) -> int:
    """The histogram key for a response time: about two significant digits, ties to the even multiple.

    May be replaced: `locust.stats.bucket_response_time = my_function`. Raises ValueError unless finite.

    >>> [bucket_response_time(t) for t in (0.5, 1.5, 105, 115, 1150, 58760)]
    [0, 2, 100, 120, 1200, 59000]
    """
    return nest_engine.bucket_response_time(response_time)


_engine_bucket = bucket_response_time
_record = nest_engine.request_recorder(globals())


def engine_bucket(response_time: float | None) -> float | None:
    """What to hand to the engine: a replaced function's key, or None for the engine's own rounding."""
    if response_time is None or bucket_response_time is _engine_bucket:
        return None
    return bucket_response_time(response_time)


class StatsHolder(Protocol):
    name: str
    method: str


S = TypeVar("S", bound=StatsHolder)


def sort_stats(stats: Mapping[Any, S]) -> list[S]:
    """The values, by ascending key."""
    return [stats[key] for key in sorted(stats)]


def _is_valid_percentile(parameter: Any) -> bool:
    try:
        return 0 < float(parameter) < 1
    except (TypeError, ValueError):
        return False


def validate_stats_configuration() -> None:
    """Ends the process with code 1 and a line on stderr when a model assigned bad percentiles."""
    problem = ""
    if len(PERCENTILES_TO_CHART) > 6:
        problem = "stats.PERCENTILES_TO_CHART may hold at most 6 percentiles"
    for name in ("PERCENTILES_TO_CHART", "PERCENTILES_TO_STATISTICS"):
        if not problem and not all(_is_valid_percentile(value) for value in globals()[name]):
            problem = f"stats.{name} must hold numbers between 0 and 1, such as 0.95"
    if problem:
        sys.stderr.write(problem + "\n")
        sys.exit(1)


# Last, for these need what is above.
from ._stats.console import (
    get_error_report_summary,
    get_percentile_stats_summary,
    get_stats_summary,
    print_error_report,
    print_percentile_stats,
    print_stats,
    stats_printer,
)
from ._stats.csv_files import CSV_SUFFIXES, CSVWriter, StatsCSV, StatsCSVFileWriter
from ._stats.distributed import setup_distributed_stats_event_listeners
from ._stats.entry import CachedResponseTimes, StatsBaseDict, StatsEntry, StatsEntryDict
from ._stats.error import StatsError, StatsErrorDict
from ._stats.history import stats_history, update_stats_history
from ._stats.json_report import print_stats_json, save_stats_json
from ._stats.percentiles import (
    avg,
    calculate_response_time_percentile,
    diff_response_time_dicts,
    get_readable_percentiles,
    median_from_dict,
)
from ._stats.request_stats import (
    EntriesDict,
    RequestStats,
    RequestStatsAdditionError,
    StatsListener,
)
