"""Points in time and durations as text, for reports and file names."""

from __future__ import annotations

from datetime import UTC, datetime

_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def format_utc_timestamp(unix_timestamp: float) -> str:
    """`2023-11-14T22:13:20Z`"""
    return datetime.fromtimestamp(int(unix_timestamp), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def format_safe_timestamp(unix_timestamp: float) -> str:
    """`2023-11-14-22h13` in local time, fit for a file name."""
    return datetime.fromtimestamp(int(unix_timestamp)).strftime("%Y-%m-%d-%Hh%M")


def format_duration(start_time: float, end_time: float) -> str:
    """The time between two points in whole seconds: `1 hour, 2 minutes and 5 seconds`."""
    rest = max(int(end_time - start_time), 0)
    parts = []
    for unit, seconds in _UNITS:
        count, rest = divmod(rest, seconds)
        if count:
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
    if not parts:
        return "0 seconds"
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
