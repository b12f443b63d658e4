"""The statistics of one kind of request."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

import nest_engine

from .. import stats as settings
from .._engine_attributes import Native, NativeCounts, utf8_text
from ..util.rounding import proper_round

if TYPE_CHECKING:
    from .request_stats import RequestStats


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
            utf8_text(name), utf8_text(method), bool(use_response_times_cache), time.time()
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
        window = settings.CURRENT_RESPONSE_TIME_PERCENTILE_WINDOW
        self._core.log(
            response_time, content_length, time.time(), window, settings.engine_bucket(response_time)
        )

    def log_error(self, error: Exception | str | None) -> None:
        self._core.log_error(time.time())

    def _cache_response_times(self, t: int) -> None:
        """Stores a copy of the histogram as that of the end of second `t`."""
        self._core.cache_response_times(t, settings.CURRENT_RESPONSE_TIME_PERCENTILE_WINDOW)

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
        self._core.extend(other._core, settings.CURRENT_RESPONSE_TIME_PERCENTILE_WINDOW)

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
        return nest_engine.request_row(
            self._core, *self._span(), current, settings.STATS_TYPE_WIDTH, settings.STATS_NAME_WIDTH
        )

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
            percent, time.time(), settings.CURRENT_RESPONSE_TIME_PERCENTILE_WINDOW
        )

    def percentile(self) -> str:
        """A row of the percentile table. Raises ValueError when there was no request."""
        if not self.num_requests:
            raise ValueError("no percentiles: there was no request")
        return nest_engine.percentile_row(
            self._core, settings.PERCENTILES_TO_REPORT, settings.STATS_TYPE_WIDTH, settings.STATS_NAME_WIDTH
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
                for fraction in settings.PERCENTILES_TO_STATISTICS
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
