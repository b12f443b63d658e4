"""Statistics of a run: what Locust's `locust.stats` offers, kept by the engine.

The numbers live in C++ (`nest_engine.RequestStats` and its entries); the classes here give them the
attributes that models read and assign. Everything runs on the Python thread. Response times are milliseconds,
times Unix seconds.

The module's constants may be assigned at any time, before or during a run: they are read when they are used.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import signal
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypedDict, TypeVar

import gevent

import nest_engine

from ._engine_attributes import Native, NativeCounts, WriteThroughDict
from .exception import CatchResponseError
from .global_stats import GlobalStats
from .util.rounding import proper_round

if TYPE_CHECKING:
    from .env import Environment
    from .event import Events
    from .runners import Runner

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


def _bucket(response_time: float | None) -> float | None:
    """What to hand to the engine: a replaced function's key, or None for the engine's own rounding."""
    if response_time is None or bucket_response_time is _engine_bucket:
        return None
    return bucket_response_time(response_time)


def _text(value: Any) -> str:
    """`value` as text that UTF-8 can hold."""
    text = value if isinstance(value, str) else "" if value is None else str(value)
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


class RequestStatsAdditionError(Exception):
    """Kept for models that name it in an `except`."""


class CachedResponseTimes(NamedTuple):
    """The cumulative histogram and counts at the end of one second."""

    response_times: dict[float, int]
    num_requests: int
    num_none_requests: int


class StatsBaseDict(TypedDict):
    name: str
    method: str


class StatsEntryDict(StatsBaseDict):
    last_request_timestamp: float | None
    start_time: float
    num_requests: int
    num_none_requests: int
    num_failures: int
    total_response_time: float
    max_response_time: float
    min_response_time: float | None
    total_content_length: float
    response_times: dict[float, int]
    num_reqs_per_sec: dict[int, int]
    num_fail_per_sec: dict[int, int]


class StatsErrorDict(StatsBaseDict):
    error: str
    occurrences: int
    first_seen: float | None
    last_seen: float | None


class StatsHolder(Protocol):
    name: str
    method: str


S = TypeVar("S", bound=StatsHolder)


# --- percentiles of plain dicts, for models that compute their own


def get_readable_percentiles(percentile_list: list[float]) -> list[str]:
    """Column labels.

    >>> get_readable_percentiles([0.5, 0.999, 1.0])
    ['50%', '99.9%', '100%']
    """
    return [nest_engine.percent_label(fraction) for fraction in percentile_list]


def calculate_response_time_percentile(
    response_times: Mapping[Any, int], num_requests: int, percent: float
) -> Any:
    """The response time within which the fraction `percent` (0..1) of `num_requests` finished; 0 without any.

    `response_times` maps a response time to its count.
    """
    allowed_below = int(num_requests * percent)
    processed = 0
    for response_time in sorted(response_times, reverse=True):
        processed += response_times[response_time]
        if num_requests - processed <= allowed_below:
            return response_time
    return 0


def diff_response_time_dicts(latest: Mapping[Any, int], old: Mapping[Any, int]) -> dict[Any, int]:
    """What `latest` counts more than `old`, for the times where they differ."""
    differences = {time: count - old.get(time, 0) for time, count in latest.items()}
    return {time: difference for time, difference in differences.items() if difference}


def median_from_dict(total: int, count: Mapping[Any, int]) -> Any:
    """The median of `total` samples counted by value in `count`: the lower middle one.

    Of older Locust versions; `StatsEntry.median_response_time` is the 50 % percentile.
    """
    position = (total - 1) / 2
    value = 0
    for value in sorted(count):
        if position < count[value]:
            break
        position -= count[value]
    return value


def avg(values: list[float]) -> float:
    """The mean; 0.0 for an empty list."""
    return sum(values, 0.0) / max(len(values), 1)


# --- dicts and attributes that live in the engine


class EntriesDict(WriteThroughDict):
    """`(name, method)` to `StatsEntry`, by first request; makes what is missing on access."""

    def __init__(self, request_stats: RequestStats) -> None:
        super().__init__()
        self.request_stats = request_stats

    def __missing__(self, key: tuple[str, str]) -> StatsEntry:
        name, method = (_text(part) for part in key)
        if (name, method) != key and (name, method) in self:
            return self[(name, method)]
        entry = StatsEntry(self.request_stats, name, method, self.request_stats.use_response_times_cache)
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


# --- the statistics


class RequestStats:
    """All statistics of a run: `entries` by `(name, method)`, `errors` by key, `total`, `history` for charts.

    `use_response_times_cache=False` saves the memory of current percentiles, which then raise ValueError.
    """

    def __init__(self, use_response_times_cache: bool = True) -> None:
        self.use_response_times_cache = use_response_times_cache
        self._core = nest_engine.RequestStats(use_response_times_cache, time.time())
        # A subclass may count in its own way: its requests take the long way through log_request().
        self._recorder_core = self._core if type(self) is RequestStats else None
        self.history: list[dict[str, Any]] = []
        self.clear_all()

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
        bucket = _bucket(response_time)
        entry = self.entries[(name, method)]
        self._core.percentile_window = CURRENT_RESPONSE_TIME_PERCENTILE_WINDOW
        self._core.log_request(entry.method, entry.name, response_time, content_length, time.time(), bucket)

    def log_error(self, method: str, name: str, error: Exception | str | None) -> None:
        """Counts one failure, in `total`, in its entry, and in `errors` by its text."""
        entry = self.entries[(name, method)]
        self._core.log_error(entry.method, entry.name, time.time())
        key = StatsError.create_key(entry.method, entry.name, error)
        known = self.errors.get(key)
        if known is None:
            known = self.errors[key] = StatsError(entry.method, entry.name, error)
        known.occurred()

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

    def clear_all(self) -> None:
        """Forgets everything."""
        self.total = StatsEntry(
            self, "Aggregated", "", use_response_times_cache=self.use_response_times_cache
        )
        self.entries = {}
        self.errors = {}
        self.history = []

    def serialize_stats(self) -> list[StatsEntryDict]:
        """The entries that counted something, **which this resets**: each call gives what is new."""
        used = [entry for entry in self.entries.values() if entry.num_requests or entry.num_failures]
        return [entry.get_stripped_report() for entry in used]

    def serialize_errors(self) -> dict[str, StatsErrorDict]:
        return {key: error.serialize() for key, error in self.errors.items()}


class StatsEntry:
    """Statistics of one `(name, method)`. All rates are taken over the time span of `stats`."""

    name: str = Native()  # type: ignore[assignment]
    method: str = Native()  # type: ignore[assignment]
    use_response_times_cache: bool = Native()  # type: ignore[assignment]
    num_requests: int = Native()  # type: ignore[assignment]
    num_none_requests: int = Native()  # type: ignore[assignment]
    num_failures: int = Native()  # type: ignore[assignment]
    total_response_time: float = Native()  # type: ignore[assignment]
    min_response_time: float | None = Native()  # type: ignore[assignment]
    max_response_time: float = Native()  # type: ignore[assignment]
    total_content_length: float = Native()  # type: ignore[assignment]
    start_time: float = Native()  # type: ignore[assignment]
    last_request_timestamp: float | None = Native()  # type: ignore[assignment]
    response_times: dict[float, int] = NativeCounts()  # type: ignore[assignment]
    num_reqs_per_sec: dict[int, int] = NativeCounts()  # type: ignore[assignment]
    num_fail_per_sec: dict[int, int] = NativeCounts()  # type: ignore[assignment]

    def __init__(
        self, stats: RequestStats, name: str, method: str, use_response_times_cache: bool = False
    ) -> None:
        self.stats = stats
        self._core = nest_engine.StatsEntry(
            _text(name), _text(method), bool(use_response_times_cache), time.time()
        )

    @property
    def response_times_cache(self) -> OrderedDict[int, CachedResponseTimes] | None:
        """Second to the cumulative histogram at its end, for the last twenty seconds; or None."""
        if not self.use_response_times_cache:
            return None
        return OrderedDict(
            (second, CachedResponseTimes(dict(counts), num_requests, num_none_requests))
            for second, counts, num_requests, num_none_requests in self._core.response_times_cache
        )

    @response_times_cache.setter
    def response_times_cache(self, cache: Mapping[int, CachedResponseTimes] | None) -> None:
        self._core.response_times_cache = [
            (second, list(item.response_times.items()), item.num_requests, item.num_none_requests)
            for second, item in (cache or {}).items()
        ]

    def reset(self) -> None:
        self._core.reset(time.time())

    def log(self, response_time: float | None, content_length: float) -> None:
        """Counts one request in this entry alone."""
        window = CURRENT_RESPONSE_TIME_PERCENTILE_WINDOW
        self._core.log(response_time, content_length, time.time(), window, _bucket(response_time))

    def log_error(self, error: Exception | str | None) -> None:
        self._core.log_error(time.time())

    def _cache_response_times(self, t: int) -> None:
        """Stores a copy of the histogram as that of the end of second `t`."""
        self._core.cache_response_times(t, CURRENT_RESPONSE_TIME_PERCENTILE_WINDOW)

    def _span(self) -> tuple[float, float | None]:
        return self.stats.start_time or 0.0, self.stats.last_request_timestamp

    @property
    def fail_ratio(self) -> float:
        return self._core.fail_ratio()

    @property
    def avg_response_time(self) -> float:
        return self._core.avg_response_time()

    @property
    def median_response_time(self) -> float:
        return self._core.median_response_time()

    @property
    def avg_content_length(self) -> float:
        return self._core.avg_content_length()

    @property
    def current_rps(self) -> float:
        """Requests per second over ten seconds, ending a little before the last request."""
        return self._core.current_rps(*self._span())

    @property
    def current_fail_per_sec(self) -> float:
        return self._core.current_fail_per_sec(*self._span())

    @property
    def total_rps(self) -> float:
        return self._core.total_rps(*self._span())

    @property
    def total_fail_per_sec(self) -> float:
        return self._core.total_fail_per_sec(*self._span())

    def extend(self, other: StatsEntry) -> None:
        """Adds the counts of another entry, for instance of another process."""
        self._core.extend(other._core, CURRENT_RESPONSE_TIME_PERCENTILE_WINDOW)

    def serialize(self) -> StatsEntryDict:
        """All counts, in plain numbers, strings and dicts."""
        report: dict[str, Any] = {}
        for key in _ENTRY_KEYS:
            value = getattr(self, key)
            report[key] = dict(value) if isinstance(value, dict) else value
        return report  # type: ignore[return-value]

    @classmethod
    def unserialize(cls, data: StatsEntryDict, stats: RequestStats) -> StatsEntry:
        """The entry that `serialize()` described."""
        entry = cls(stats, data["name"], data["method"])
        for key in _ENTRY_KEYS[2:]:
            if key in data:
                setattr(entry, key, data[key])  # type: ignore[literal-required]
        return entry

    def get_stripped_report(self) -> StatsEntryDict:
        """`serialize()`, and then zero."""
        report = self.serialize()
        self.reset()
        return report

    def __copy__(self) -> StatsEntry:
        return type(self).unserialize(self.serialize(), self.stats)

    def __deepcopy__(self, memo: dict) -> StatsEntry:
        return self.__copy__()

    def to_string(self, current: bool = True) -> str:
        """A row of the request table, with rates of the last ten seconds or of the whole run."""
        return nest_engine.request_row(self._core, *self._span(), current, STATS_TYPE_WIDTH, STATS_NAME_WIDTH)

    def __str__(self) -> str:
        return self.to_string(current=True)

    def get_response_time_percentile(self, percent: float) -> float:
        """The time within which the fraction `percent` (0..1) of the requests finished; 0 without any."""
        return self._core.response_time_percentile(percent)

    def get_current_response_time_percentile(self, percent: float) -> float | None:
        """Likewise, for about the last ten seconds; None when nothing is known of the time before them.

        Raises ValueError in an entry without a response-times cache.
        """
        if not self.use_response_times_cache:
            raise ValueError("current percentiles need an entry made with use_response_times_cache=True")
        return self._core.current_response_time_percentile(
            percent, time.time(), CURRENT_RESPONSE_TIME_PERCENTILE_WINDOW
        )

    def percentile(self) -> str:
        """A row of the percentile table. Raises ValueError when there was no request."""
        if not self.num_requests:
            raise ValueError("no percentiles: there was no request")
        return nest_engine.percentile_row(
            self._core, PERCENTILES_TO_REPORT, STATS_TYPE_WIDTH, STATS_NAME_WIDTH
        )

    def to_dict(self, escape_string_values: bool = False) -> dict[str, Any]:
        """The row of the web page. `escape_string_values` has no meaning any more, as upstream."""
        minimum = self.min_response_time
        return {
            "method": self.method,
            "name": self.name,
            "num_requests": self.num_requests,
            "num_failures": self.num_failures,
            "min_response_time": 0 if minimum is None else proper_round(minimum),
            "max_response_time": proper_round(self.max_response_time),
            "current_rps": self.current_rps,
            "current_fail_per_sec": self.current_fail_per_sec,
            "avg_response_time": self.avg_response_time,
            "median_response_time": self.median_response_time,
            "total_rps": self.total_rps,
            "total_fail_per_sec": self.total_fail_per_sec,
            **{
                f"response_time_percentile_{fraction}": self.get_response_time_percentile(fraction)
                for fraction in PERCENTILES_TO_STATISTICS
            },
            "avg_content_length": self.avg_content_length,
        }


# In the order of the serialized form; the two that make the entry come first.
_ENTRY_KEYS = (
    "name",
    "method",
    "last_request_timestamp",
    "start_time",
    "num_requests",
    "num_none_requests",
    "num_failures",
    "total_response_time",
    "max_response_time",
    "min_response_time",
    "total_content_length",
    "response_times",
    "num_reqs_per_sec",
    "num_fail_per_sec",
)


class StatsError:
    """One kind of failure: the same text for the same method and name."""

    method: str = Native()  # type: ignore[assignment]
    name: str = Native()  # type: ignore[assignment]
    occurrences: int = Native()  # type: ignore[assignment]
    first_seen: float | None = Native()  # type: ignore[assignment]
    last_seen: float | None = Native()  # type: ignore[assignment]

    def __init__(
        self,
        method: str,
        name: str,
        error: Exception | str | None,
        occurrences: int = 0,
        first_seen: float | None = None,
        last_seen: float | None = None,
    ) -> None:
        self._error = error
        self._core = nest_engine.StatsError(
            _text(method), _text(name), *_error_texts(error), occurrences, first_seen, last_seen
        )

    @property
    def error(self) -> Exception | str | None:
        """What was logged first: an exception, or its text when it came from another process."""
        return self._error

    @error.setter
    def error(self, error: Exception | str | None) -> None:
        self._error = error
        self._core.text, self._core.display = _error_texts(error)

    @classmethod
    def parse_error(cls, error: Exception | str | None) -> str:
        """The text that groups errors: `repr()` of an exception, with the address of an object masked.

        >>> StatsError.parse_error("<Lock object at 0x7f00>")
        '<Lock object at 0x....>'
        """
        text = error if isinstance(error, str) else repr(error)
        found = text.find("object at 0x")
        if found < 0:
            return text
        start = found + len("object at ")
        end = text.find(">", start)
        return text if end < 0 else text.replace(text[start:end], "0x....")

    @classmethod
    def create_key(cls, method: str, name: str, error: Exception | str | None) -> str:
        identity = f"{method}.{name}.{cls.parse_error(error)!r}"
        return hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()

    def occurred(self) -> None:
        """Counts one more, now."""
        self._core.occurred(time.time())

    def to_name(self) -> str:
        """The line of the error report."""
        return f"{self.method} {self.name}: {self._core.display}"

    def serialize(self) -> StatsErrorDict:
        return {
            "name": self.name,
            "method": self.method,
            "error": self._core.text,
            "occurrences": self.occurrences,
            "first_seen": self.first_seen,
            "last_seen": self.last_seen,
        }

    @classmethod
    def unserialize(cls, data: StatsErrorDict) -> StatsError:
        return cls(
            data["method"],
            data["name"],
            data["error"],
            data["occurrences"],
            data.get("first_seen"),
            data.get("last_seen"),
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "method": self.method,
            "name": self.name,
            "error": self._core.text,
            "occurrences": self.occurrences,
            "first_seen": self.first_seen,
            "last_seen": self.last_seen,
        }


def _error_texts(error: Exception | str | None) -> tuple[str, str]:
    """What groups an error, and what is shown of it: of a model's own verdict only what the model said."""
    text = StatsError.parse_error(error)
    wrapper = "CatchResponseError("
    if isinstance(error, CatchResponseError) and error.args:
        shown = str(error.args[0])
    elif not isinstance(error, str):
        shown = repr(error)
    elif error.startswith(wrapper):
        shown = error[len(wrapper) : -1]
    else:
        shown = error
    return _text(text), _text(shown)


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
        **_: Any,
    ) -> None:
        self.log(request_type, name, response_time, response_length, exception)

    def log(
        self,
        method: str,
        name: str,
        response_time: float | None,
        response_length: float,
        exception: Any = None,
    ) -> None:
        """Counts one request, and a failure if `exception` is truthy. Positional, for callers in a hurry."""
        stats = self.environment.stats
        if not _record(stats._recorder_core, method, name, response_time, response_length):
            stats.log_request(method, name, response_time, response_length)
        if exception:
            stats.log_error(method, name, exception)


def setup_distributed_stats_event_listeners(events: Events, stats: RequestStats) -> None:
    """Lets `stats` travel: `report_to_master` fills the message, `worker_report` adds one to `stats`."""

    def on_report_to_master(client_id: str, data: dict[str, Any]) -> None:
        data["stats"] = stats.serialize_stats()
        data["stats_total"] = stats.total.get_stripped_report()
        data["errors"] = stats.serialize_errors()
        stats.errors = {}

    def on_worker_report(client_id: str, data: dict[str, Any]) -> None:
        for report in data["stats"]:
            entry = StatsEntry.unserialize(report, stats)
            key = (entry.name, entry.method)
            if key not in stats.entries:
                stats.entries[key] = StatsEntry(stats, *key, use_response_times_cache=True)
            stats.entries[key].extend(entry)
        for key, error in data["errors"].items():
            if key in stats.errors:
                _add_error(stats.errors[key], error)
            else:
                stats.errors[key] = StatsError.unserialize(error)
        stats.total.extend(StatsEntry.unserialize(data["stats_total"], stats))

    events.report_to_master.add_listener(on_report_to_master)
    events.worker_report.add_listener(on_worker_report)


def _add_error(known: StatsError, report: StatsErrorDict) -> None:
    known.occurrences += report["occurrences"]
    first, last = report.get("first_seen"), report.get("last_seen")
    if first:
        known.first_seen = first if known.first_seen is None else min(known.first_seen, first)
    if last:
        known.last_seen = last if known.last_seen is None else max(known.last_seen, last)


# --- console


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        console_logger.info(line)


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


def print_stats_json(stats: RequestStats) -> None:
    """Prints the entries as JSON, **and resets them** (see `RequestStats.serialize_stats`)."""
    print(json.dumps(stats.serialize_stats(), indent=4))


def save_stats_json(stats: RequestStats, filename: str) -> None:
    """Likewise, into `<filename>.json`."""
    with open(f"{filename}.json", "w") as file:
        json.dump(stats.serialize_stats(), file, indent=4)


def get_stats_summary(stats: RequestStats, current: bool = True) -> list[str]:
    """The lines of the request table."""
    return nest_engine.request_table(stats._core, current, STATS_TYPE_WIDTH, STATS_NAME_WIDTH)


def get_percentile_stats_summary(stats: RequestStats) -> list[str]:
    """The lines of the percentile table."""
    return nest_engine.percentile_table(
        stats._core, PERCENTILES_TO_REPORT, STATS_TYPE_WIDTH, STATS_NAME_WIDTH
    )


def get_error_report_summary(stats: RequestStats) -> list[str]:
    """The lines of the error report."""
    return nest_engine.error_table(stats._core, STATS_TYPE_WIDTH, STATS_NAME_WIDTH)


def stats_printer(stats: RequestStats) -> Callable[[], None]:
    """For a greenlet: prints the request table at once and every CONSOLE_STATS_INTERVAL_SEC."""

    def print_for_ever() -> None:
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                print_stats(stats)
                gevent.sleep(CONSOLE_STATS_INTERVAL_SEC)

    return print_for_ever


def sort_stats(stats: Mapping[Any, S]) -> list[S]:
    """The values, by ascending key."""
    return [stats[key] for key in sorted(stats)]


# --- history for charts


def update_stats_history(runner: Runner, timestamp: str | None = None) -> None:
    """Appends what is true now to `runner.stats.history`; `timestamp` is text, `2026-01-31T23:59:59Z`."""
    stats = runner.stats
    when = timestamp or nest_engine.utc_timestamp(time.time())
    row: dict[str, Any] = {
        f"response_time_percentile_{fraction}": [
            when,
            stats.total.get_current_response_time_percentile(fraction) or 0,
        ]
        for fraction in PERCENTILES_TO_CHART
    }
    row["current_rps"] = [when, stats.total.current_rps or 0]
    row["current_fail_per_sec"] = [when, stats.total.current_fail_per_sec or 0]
    row["total_avg_response_time"] = [when, proper_round(stats.total.avg_response_time, digits=2)]
    row["user_count"] = [when, runner.user_count or 0]
    row["time"] = when
    stats.history.append(row)


def stats_history(runner: Runner) -> None:
    """For a greenlet: `update_stats_history` every HISTORY_STATS_INTERVAL_SEC while a test runs."""
    with contextlib.suppress(KeyboardInterrupt):
        while runner.stats.total.use_response_times_cache:
            if runner.state not in ("ready", "stopped"):
                update_stats_history(runner)
            gevent.sleep(HISTORY_STATS_INTERVAL_SEC)


# --- checks


def _is_valid_percentile(value: Any) -> bool:
    try:
        return 0 < float(value) < 1
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


# Last, for it needs what is above.
from ._stats_csv import CSVWriter, StatsCSV, StatsCSVFileWriter  # noqa: E402, F401
