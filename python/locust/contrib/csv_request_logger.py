"""A line of CSV for every request."""

from __future__ import annotations

import csv
import logging
import time
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from locust.env import Environment

logger = logging.getLogger(__name__)

CSV_COLUMNS = (
    "timestamp",
    "request_type",
    "name",
    "response_time_ms",
    "response_length",
    "status_code",
    "exception",
)


class CsvRequestLogger:
    """Writes each request of a test to a file, which it overwrites.

    `timestamp` is seconds since 1970: the start of the request if its event tells, else its end. The file is
    flushed every `flush_interval` requests and closed when the test quits.

    >>> @events.init.add_listener
    ... def log_requests(environment, **kwargs):
    ...     CsvRequestLogger("requests.csv").register(environment)
    """

    def __init__(self, filepath: str, *, flush_interval: int = 1) -> None:
        if flush_interval < 1:
            raise ValueError("flush_interval must be 1 or more")
        self.filepath = filepath
        self.flush_interval = flush_interval
        self._file: TextIO | None = None
        self._pending = 0

    def register(self, environment: Environment) -> None:
        """Open the file and listen to the test's requests."""
        self._file = open(self.filepath, "w", newline="", encoding="utf-8")  # noqa: SIM115  until the test quits
        self._writer = csv.writer(self._file)
        self._writer.writerow(CSV_COLUMNS)
        self._file.flush()
        environment.events.request.add_listener(self._on_request)
        environment.events.quitting.add_listener(self._on_quitting)

    def close(self) -> None:
        """Close the file; what comes later is not written."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _on_request(
        self,
        *,
        request_type: str,
        name: str,
        response_time: float | None,
        response_length: int,
        exception: Any = None,
        response: Any = None,
        start_time: float | None = None,
        **kwargs: Any,
    ) -> None:
        if self._file is None:
            return
        self._writer.writerow(
            (
                round(time.time() if start_time is None else start_time, 6),
                request_type,
                name,
                "" if response_time is None else response_time,
                response_length,
                getattr(response, "status_code", 0),
                str(exception) if exception else "",
            )
        )
        self._pending += 1
        if self._pending >= self.flush_interval:
            self._file.flush()
            self._pending = 0

    def _on_quitting(self, **kwargs: Any) -> None:
        self.close()
