"""Times as they are written on the command line."""

from __future__ import annotations

import re

_TIMESPAN = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_FORMATS = "Invalid time span format. Valid formats: 20, 20s, 3m, 2h, 1h20m, 3h30m10s, etc."


def parse_timespan(time_str: str) -> int:
    """The seconds in a text such as `90`, `90s` or `1h30m`; `ValueError` if it is anything else."""
    if not time_str:
        raise ValueError("Invalid time span format")
    if time_str.isascii() and time_str.isdigit():
        return int(time_str)
    parts = _TIMESPAN.fullmatch(time_str)
    if parts is None:
        raise ValueError(_FORMATS)
    hours, minutes, seconds = (int(part or 0) for part in parts.groups())
    return hours * 3600 + minutes * 60 + seconds
