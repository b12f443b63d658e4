"""All statistics of a run, and the listener that feeds them."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import nest_engine

from .. import stats as settings
from .._engine_attributes import WriteThroughDict, utf8_text
from .._texts import repr_of
from .entry import StatsEntry, StatsEntryDict
from .error import StatsError, StatsErrorDict
from .generator import Moment

if TYPE_CHECKING:
    from ..env import Environment

logger = logging.getLogger("locust.stats")

# Seconds between two points of the charts, as long as the run is short.
TIMELINE_INTERVAL_S = 1.0

# Rows of a table, unless an option says otherwise.
MAX_ROWS = 10_000
# The rows that count what exceeds them; of no method, for they stand for all.
FURTHER_NAMES = nest_engine.RequestStats.OVERFLOW_NAME
FURTHER_FAILURES = nest_engine.RequestStats.OVERFLOW_ERROR
FURTHER_EXCEPTIONS = "(all further exceptions)"


class RequestStatsAdditionError(Exception):
    """Kept for models that name it in an `except`."""


class EntriesDict(WriteThroughDict):
    """`(name, method)` to `StatsEntry`, by first request; makes what is missing on access.

    Once there are `max_rows`, the entry of a missing name is that in which its requests are counted: that of all
    further names.
    """

    def __init__(self, request_stats: RequestStats) -> None:
        super().__init__()
        self.request_stats = request_stats

    def __missing__(self, key: tuple[str, str]) -> StatsEntry:
        name, method = (utf8_text(part) for part in key)
        if (name, method) != key and (name, method) in self:
            return self[(name, method)]
        stats = self.request_stats
        if stats._is_full(self):
            if (FURTHER_NAMES, "") in self:
                return self[(FURTHER_NAMES, "")]
            logger.warning(
                f"There are {len(self)} names in the statistics. Requests of others, such as {method} {name[:200]}, "
                f"are counted as {FURTHER_NAMES}. Let requests that differ by an id share a name, as in "
                'name="/item/[id]", or choose another limit with --max-stats-rows'
            )
            name, method = FURTHER_NAMES, ""
        entry = StatsEntry(stats, name, method, stats.use_response_times_cache)
        self[(name, method)] = entry
        return entry

    def _stored(self, key: tuple[str, str], value: StatsEntry) -> None:
        self.request_stats._core.put(key[0], key[1], value._core)

    def _removed(self, key: tuple[str, str]) -> None:
        self.request_stats._core.erase(key[0], key[1])


class _ErrorsDict(WriteThroughDict):
    """Key of an error to `StatsError`, in the order of their first occurrence."""

    def __init__(self, request_stats: RequestStats) -> None:
        super().__init__()
        self.request_stats = request_stats

    def _stored(self, key: str, value: StatsError) -> None:
        self.request_stats._core.put_error(key, value._core)

    def _removed(self, key: str) -> None:
        self.request_stats._core.erase_error(key)


class RequestStats:
    """All statistics of a run: `entries` by `(name, method)`, `errors` by key, `total`, `history` for charts.

    `use_response_times_cache=False` saves the memory of current percentiles, which then raise ValueError. What
    requests make of `entries` and `errors` is bounded by `max_rows` each; what models put into them is not.
    """

    def __init__(self, use_response_times_cache: bool = True) -> None:
        self.use_response_times_cache = use_response_times_cache
        self._core = nest_engine.RequestStats(use_response_times_cache, time.time())
        # A subclass may count in its own way: its requests take the long way through log_request().
        self._recorder_core = self._core if type(self) is RequestStats else None
        self.max_rows = MAX_ROWS
        self.history: list[dict[str, Any]] = []
        # The same for our own charts, in finer steps; see record_timeline().
        self._timeline = nest_engine.Timeline(TIMELINE_INTERVAL_S)
        self.clear_all()

    @property
    def max_rows(self) -> int:
        """How many names there may be, and kinds of failures; one more row counts all others. 0: no limit."""
        return self._max_rows

    @max_rows.setter
    def max_rows(self, most: int) -> None:
        self._max_rows = most
        self._core.max_entries = most or sys.maxsize

    def _is_full(self, rows: Mapping[Any, Any]) -> bool:
        return 0 < self._max_rows <= len(rows)

    @property
    def entries(self) -> dict[tuple[str, str], StatsEntry]:
        return self._entries

    @entries.setter
    def entries(self, entries: Mapping[tuple[str, str], StatsEntry]) -> None:
        getattr(self, "_entries", {}).clear()
        self._entries = EntriesDict(self)
        self._entries.update(entries)

    @property
    def errors(self) -> dict[str, StatsError]:
        return self._errors

    @errors.setter
    def errors(self, errors: Mapping[str, StatsError]) -> None:
        kept = dict(errors)
        getattr(self, "_errors", {}).clear()
        self._errors = _ErrorsDict(self)
        self._errors.update(kept)

    @property
    def total(self) -> StatsEntry:
        return self._total

    @total.setter
    def total(self, total: StatsEntry) -> None:
        self._total = total
        self._core.total = total._core

    @property
    def num_requests(self) -> int:
        return self.total.num_requests

    @property
    def num_none_requests(self) -> int:
        return self.total.num_none_requests

    @property
    def num_failures(self) -> int:
        return self.total.num_failures

    @property
    def last_request_timestamp(self) -> float | None:
        return self.total.last_request_timestamp

    @property
    def start_time(self) -> float:
        return self.total.start_time

    def log_request(self, method: str, name: str, response_time: float | None, content_length: float) -> None:
        """Counts one request, in `total` and in its entry; `response_time` may be None.

        Raises ValueError for a response time that is not finite, TypeError for what is not a number.
        """
        bucket = settings.engine_bucket(response_time)
        entry = self.entries[(name, method)]
        self._core.percentile_window = settings.CURRENT_RESPONSE_TIME_PERCENTILE_WINDOW
        self._core.log_request(entry.method, entry.name, response_time, content_length, time.time(), bucket)

    def log_error(self, method: str, name: str, error: Exception | str | None) -> None:
        """Counts one failure, in `total`, in its entry, and in `errors` by its text."""
        entry = self.entries[(name, method)]
        self._core.log_error(entry.method, entry.name, time.time())
        key = StatsError.create_key(entry.method, entry.name, error)
        self._kind_of_failure(key, StatsError, entry.method, entry.name, error).occurred()
        text = error if isinstance(error, str) else repr_of(error)
        if StatsError.parse_error(error) == utf8_text(text) == text:
            self._core.remember_error(entry.method, entry.name, text, key)

    def _kind_of_failure(self, key: str, make: Callable[..., StatsError], *args: Any) -> StatsError:
        """What counts failures with this key: `make(*args)` if there is none yet."""
        known = self.errors.get(key)
        if known is not None:
            return known
        if self._is_full(self.errors):
            if FURTHER_FAILURES in self.errors:
                return self.errors[FURTHER_FAILURES]
            logger.warning(
                f"There are {len(self.errors)} kinds of failures in the statistics. Others, such as "
                f"{make(*args).to_name()[:200]}, are counted as {FURTHER_FAILURES}. Let the texts of failures be free "
                "of ids, or choose another limit with --max-stats-rows"
            )
            text = f"more than {self._max_rows} kinds of failures"
            key, make, args = FURTHER_FAILURES, StatsError, ("", FURTHER_FAILURES, text)
        made = self.errors[key] = make(*args)
        return made

    def get(self, name: str, method: str) -> StatsEntry:
        """The entry, made if it does not exist."""
        return self.entries[(name, method)]

    def reset_all(self) -> None:
        """Zero for every entry and the total; errors and history are dropped, the entries stay."""
        self.total.reset()
        self.errors = {}
        for entry in self.entries.values():
            entry.reset()
        self.history = []
        self._timeline.clear()
        self._began = Moment.now()

    def clear_all(self) -> None:
        """Forgets everything."""
        self.total = StatsEntry(
            self, "Aggregated", "", use_response_times_cache=self.use_response_times_cache
        )
        self.entries = {}
        self.errors = {}
        self.history = []
        self._timeline.clear()
        self._began = Moment.now()

    def serialize_stats(self) -> list[StatsEntryDict]:
        """The entries that counted something, **which this resets**: each call gives what is new."""
        return [entry.get_stripped_report() for entry in self.used_entries()]

    def used_entries(self) -> list[StatsEntry]:
        """The entries that counted something, in the order they were made."""
        return [entry for entry in self.entries.values() if entry.num_requests or entry.num_failures]

    def serialize_errors(self) -> dict[str, StatsErrorDict]:
        return {key: error.serialize() for key, error in self.errors.items()}


nest_engine.describe_statistics(RequestStats, StatsError)


class StatsListener:
    """The listener of `events.request` that feeds `environment.stats`; it ignores further keywords."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment

    def __call__(
        self,
        request_type: str,
        name: str,
        response_time: float | None,
        response_length: float,
        exception: BaseException | str | None = None,
        response: Any = None,
        **_: Any,
    ) -> None:
        exchange = getattr(response, "__dict__", {}).get("_exchange")
        self.log(request_type, name, response_time, response_length, exception, exchange)

    def log(
        self,
        method: str,
        name: str,
        response_time: float | None,
        response_length: float,
        exception: Any = None,
        exchange: Any = None,
    ) -> None:
        """Counts one request, and a failure if `exception` is truthy. Positional, for callers in a hurry.

        `exchange` is what the engine knows of the request, or None.
        """
        stats = self.environment.stats
        if not settings._record(stats._recorder_core, method, name, response_time, response_length, exchange):
            stats.log_request(method, name, response_time, response_length)
            if exchange is not None and response_time is not None:
                stats._core.log_phases(utf8_text(method), utf8_text(name), response_time, exchange)
        if exception and not nest_engine.log_known_error(stats, method, name, exception):
            stats.log_error(method, name, exception)
