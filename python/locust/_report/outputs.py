"""What a run prints and writes when it ends. Whatever cannot be written is one line in the log."""

from __future__ import annotations

import logging
import time
from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from locust_nest.errors import usage_error

from .. import html
from .. import stats as statistics
from .._stats.generator import generator_use
from .files import reason_of, why_not_writable, write_whole

if TYPE_CHECKING:
    from ..env import Environment

logger = logging.getLogger("locust.main")
# Locust has none of this name: who reads its log can leave this out.
generator_logger = logging.getLogger("locust.generator")


def require_csv_files(prefix: str | None) -> None:
    """Raises UsageError, for exit code 1 as with Locust, when one of the CSV files cannot be written."""
    for suffix in statistics.CSV_SUFFIXES if prefix else ():
        path = f"{prefix}{suffix}"
        if reason := why_not_writable(path):
            raise usage_error(f"argument --csv: cannot write {path}: {reason}", 1)


class Outputs:
    """What the options of a run ask for, beside the CSV files that are written while it lasts."""

    def __init__(self, environment: Environment, options: Namespace) -> None:
        self._environment = environment
        self._options = options
        self._reported: object = None
        self._said: set[str] = set()

    def prepare(self) -> None:
        """Settle the name of the page, and say at the start of a run rather than after it that a path is no good.

        When the number of users is settled.
        """
        html.process_html_filename(self._options)
        json_path = f"{self._options.json_file}.json" if self._options.json_file else ""
        for path in filter(None, (self._options.html_file, json_path)):
            if reason := why_not_writable(path):
                logger.warning(f"{path} cannot be written now: {reason} (it is tried at the end of the run)")

    def write_page(self) -> None:
        """Write the HTML page, unless nothing has happened since it was written."""
        path = self._options.html_file
        state = self._state()
        if not path or state == self._reported:
            return
        stats, runner = self._environment.stats, self._environment.runner
        stats._timeline.finish(time.time(), runner.user_count if runner else 0, stats.total._core)
        try:
            page = html.get_html_report(self._environment, show_download_link=False)
        except Exception:
            logger.exception("Cannot make the HTML report")
            return
        if self._attempt(path, lambda: write_whole(path, page)):
            self._reported = state

    def finish(self) -> None:
        """Print the tables, and what else was asked for. The statistics stay as they are."""
        stats = self._environment.stats
        self.write_page()
        if self._options.json:
            self._attempt("to stdout", lambda: statistics.print_stats_json(stats))
        if name := self._options.json_file:
            self._attempt(f"{name}.json", lambda: statistics.save_stats_json(stats, name))
        statistics.print_stats(stats, current=False)
        statistics.print_percentile_stats(stats)
        statistics.print_error_report(stats)
        self._tell_of_generator()

    def _tell_of_generator(self) -> None:
        if use := generator_use(self._environment.stats):
            level = logging.INFO if use.kept_up else logging.WARNING
            for line in use.lines():
                generator_logger.log(level, line)

    def _state(self) -> object:
        stats, runner = self._environment.stats, self._environment.runner
        exceptions = sum(item["count"] for item in runner.exceptions.values()) if runner else 0
        return stats.start_time, stats.num_requests, stats.num_failures, exceptions

    def _attempt(self, path: str, write: Callable[[], None]) -> bool:
        """Whether it succeeded; the same problem is said once."""
        try:
            write()
        except OSError as error:
            problem = f"Cannot write {path}: {reason_of(error)}"
            if problem not in self._said:
                logger.error(problem)
            self._said.add(problem)
            return False
        return True
