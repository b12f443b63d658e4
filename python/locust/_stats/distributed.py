"""Statistics that travel between processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .entry import StatsEntry
from .error import StatsError, StatsErrorDict

if TYPE_CHECKING:
    from ..event import Events
    from .request_stats import RequestStats


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
            if key not in stats.entries and not stats._is_full(stats.entries):
                stats.entries[key] = StatsEntry(stats, *key, use_response_times_cache=True)
            stats.entries[key].extend(entry)
        for key, error in data["errors"].items():
            _add_error(
                stats._kind_of_failure(key, StatsError, error["method"], error["name"], error["error"]), error
            )
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
