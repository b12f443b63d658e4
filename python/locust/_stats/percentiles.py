"""Percentiles of plain dicts, for models that compute their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import nest_engine


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
