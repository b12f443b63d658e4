"""The CSV files of a run; offered as `locust.stats.StatsCSV` and `StatsCSVFileWriter`."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol

import gevent

import nest_engine

from .. import stats as settings
from .._engine_attributes import utf8_text
from .error import StatsError
from .percentiles import get_readable_percentiles

if TYPE_CHECKING:
    from ..env import Environment
    from .entry import StatsEntry

logger = logging.getLogger("locust.stats")

CSV_SUFFIXES = ("_stats.csv", "_stats_history.csv", "_failures.csv", "_exceptions.csv")


class CSVWriter(Protocol):
    """What `csv.writer()` returns."""

    def writerow(self, columns: Iterable[str | int | float], /) -> Any: ...


class StatsCSV:
    """Writes statistics as rows to any `csv.writer`."""

    def __init__(self, environment: Environment, percentiles_to_report: list[float]) -> None:
        self.environment = environment
        self.percentiles_to_report = percentiles_to_report
        self.percentiles_na = ["N/A"] * len(percentiles_to_report)
        self.requests_csv_columns = [
            "Type",
            "Name",
            "Request Count",
            "Failure Count",
            "Median Response Time",
            "Average Response Time",
            "Min Response Time",
            "Max Response Time",
            "Average Content Size",
            "Requests/s",
            "Failures/s",
            *get_readable_percentiles(percentiles_to_report),
        ]
        self.failures_columns = ["Method", "Name", "Error", "Occurrences", "First Seen", "Last Seen"]
        self.exceptions_columns = ["Count", "Message", "Traceback", "Nodes"]

    def _percentile_fields(self, stats_entry: StatsEntry, use_current: bool = False) -> list[Any]:
        if not stats_entry.num_requests:
            return self.percentiles_na
        percentile = (
            stats_entry.get_current_response_time_percentile
            if use_current
            else stats_entry.get_response_time_percentile
        )
        return [int(percentile(fraction) or 0) for fraction in self.percentiles_to_report]

    def requests_csv(self, csv_writer: CSVWriter) -> None:
        """A header, a row per entry, and the aggregated row."""
        csv_writer.writerow(self.requests_csv_columns)
        self._requests_data_rows(csv_writer)

    def _requests_data_rows(self, csv_writer: CSVWriter) -> None:
        stats = self.environment.stats
        for entry in chain(settings.sort_stats(stats.entries), [stats.total]):
            csv_writer.writerow(
                [
                    entry.method,
                    entry.name,
                    entry.num_requests,
                    entry.num_failures,
                    entry.median_response_time,
                    entry.avg_response_time,
                    entry.min_response_time or 0,
                    entry.max_response_time,
                    entry.avg_content_length,
                    entry.total_rps,
                    entry.total_fail_per_sec,
                    *self._percentile_fields(entry),
                ]
            )

    def failures_csv(self, csv_writer: CSVWriter) -> None:
        """A header and a row per kind of failure."""
        csv_writer.writerow(self.failures_columns)
        self._failures_data_rows(csv_writer)

    def _failures_data_rows(self, csv_writer: CSVWriter) -> None:
        for error in settings.sort_stats(self.environment.stats.errors):
            csv_writer.writerow(
                [
                    error.method,
                    error.name,
                    StatsError.parse_error(error.error),
                    error.occurrences,
                    "" if error.first_seen is None else nest_engine.utc_timestamp(error.first_seen),
                    "" if error.last_seen is None else nest_engine.utc_timestamp(error.last_seen),
                ]
            )

    def exceptions_csv(self, csv_writer: CSVWriter) -> None:
        """A header and a row per exception that tasks raised."""
        csv_writer.writerow(self.exceptions_columns)
        self._exceptions_data_rows(csv_writer)

    def _exceptions_data_rows(self, csv_writer: CSVWriter) -> None:
        for row in self._exception_rows():
            csv_writer.writerow(row)

    def _exception_rows(self) -> list[tuple[int, str, str, str]]:
        runner = self.environment.runner
        if runner is None:
            return []
        return [
            (
                item["count"],
                utf8_text(item["msg"]),
                utf8_text(item["traceback"]),
                ", ".join(map(utf8_text, item["nodes"])),
            )
            for item in runner.exceptions.values()
        ]

    def close_files(self) -> None:
        """Nothing here; `StatsCSVFileWriter` has files."""


class StatsCSVFileWriter(StatsCSV):
    """Keeps `<base_filepath>_stats.csv`, `_stats_history.csv`, `_failures.csv`, `_exceptions.csv` up to date.

    A full disk or a path that cannot be written is logged once, as one line for all files; the run and its
    statistics go on, and writing is tried again each time.
    """

    def __init__(
        self,
        environment: Environment,
        percentiles_to_report: list[float],
        base_filepath: str,
        full_history: bool = False,
    ) -> None:
        super().__init__(environment, percentiles_to_report)
        self.base_filepath = base_filepath
        self.full_history = full_history
        self._files = nest_engine.RunCsv(base_filepath, list(percentiles_to_report), bool(full_history))
        self._last_history: tuple[int, int] | None = None
        self._closed = False

    def __call__(self) -> None:
        self.stats_writer()

    def stats_writer(self) -> None:
        """For a greenlet: writes now and every CSV_STATS_INTERVAL_SEC, until the files are closed."""
        with contextlib.suppress(KeyboardInterrupt):
            while not self._closed:
                self._write(with_history=True)
                gevent.sleep(settings.CSV_STATS_INTERVAL_SEC)

    def close_files(self) -> None:
        """Writes the final state, and a last row of history if something was counted since; closes."""
        if self._closed:
            return
        self._closed = True
        self._write(with_history=self._last_history != self._progress())
        self._report(self._files.close())

    def _progress(self) -> tuple[int, int]:
        stats = self.environment.stats
        return stats.num_requests, stats.num_failures

    def _write(self, with_history: bool) -> None:
        runner = self.environment.runner
        stats = self.environment.stats
        stats._core.percentile_window = settings.CURRENT_RESPONSE_TIME_PERCENTILE_WINDOW
        users = runner.user_count if runner is not None else 0
        self._report(self._files.write(stats._core, time.time(), users, self._exception_rows(), with_history))
        self._last_history = self._progress()

    def _report(self, problems: list[str]) -> None:
        for problem in problems:
            logger.error(problem)

    def requests_flush(self) -> None:
        """Nothing waits: every write goes to the operating system. Likewise the three below."""

    def stats_history_flush(self) -> None: ...

    def failures_flush(self) -> None: ...

    def exceptions_flush(self) -> None: ...

    def stats_history_file_name(self) -> str:
        return self.base_filepath + "_stats_history.csv"
