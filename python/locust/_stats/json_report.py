"""The statistics as JSON: a row per entry that counted something, in the order of the first request.

Unlike Locust's, these functions leave the statistics as they are.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .._report.files import write_whole

if TYPE_CHECKING:
    from .entry import StatsEntry
    from .request_stats import RequestStats

# In the order of src/stats/phases.h.
PHASES = ("connecting", "waiting", "receiving")


def print_stats_json(stats: RequestStats) -> None:
    """Print the rows. Raises OSError when nobody reads them any more."""
    print(json_rows(stats), flush=True)


def save_stats_json(stats: RequestStats, filename: str) -> None:
    """Write the rows to `<filename>.json`: completely or, with an OSError, not at all."""
    write_whole(f"{filename}.json", json_rows(stats))


def json_rows(stats: RequestStats) -> str:
    """What `--json` prints: Locust's keys, and where the engine sent the requests also `phases_ms` and
    `generator_delay_ms`."""
    return json.dumps([_row(entry) for entry in stats.used_entries()], indent=4)


def _row(entry: StatsEntry) -> dict[str, Any]:
    row: dict[str, Any] = {**entry.serialize()}
    requests, *sums = entry._core.phases
    if requests:
        means = (total / requests for total in sums)
        row["phases_ms"] = {"requests": requests, **dict(zip(PHASES, means, strict=True))}
    count, (median, p99), longest = entry._core.generator_delays([0.5, 0.99])
    if count:
        row["generator_delay_ms"] = {"median": median, "99%": p99, "max": longest}
    return row
