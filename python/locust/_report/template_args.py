"""What Locust's own report is made of, under Locust's names: scripts read it from `window.templateArgs`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import html as settings
from .. import stats as statistics
from ..running.states import STATE_STOPPED, STATE_STOPPING
from ..user.inspectuser import Ratios, get_ratio
from ..util.date import format_duration, format_utc_timestamp

if TYPE_CHECKING:
    from ..env import Environment


def template_args(environment: Environment, show_download_link: bool) -> dict[str, Any]:
    """Plain values for JSON. A history that exists gets a row for the last request, as with Locust."""
    stats = environment.stats
    start_s, end_s = time_span(environment)
    end_time = format_utc_timestamp(end_s)
    if environment.runner and stats.history and stats.history[-1]["time"] < end_time:
        statistics.update_stats_history(environment.runner, end_time)
    entries = [*statistics.sort_stats(stats.entries), stats.total]
    return {
        "is_report": True,
        "requests_statistics": [entry.to_dict() for entry in entries],
        "failures_statistics": [error.to_dict() for error in statistics.sort_stats(stats.errors)],
        "exceptions_statistics": exceptions(environment),
        "response_time_statistics": [
            {
                "name": entry.name,
                "method": entry.method,
                **{
                    str(fraction): entry.get_response_time_percentile(fraction)
                    for fraction in settings.PERCENTILES_FOR_HTML_REPORT
                },
            }
            for entry in entries
        ],
        "start_time": format_utc_timestamp(start_s),
        "end_time": end_time,
        "duration": format_duration(start_s, end_s),
        "host": str(host(environment)),
        "history": stats.history,
        "show_download_link": show_download_link,
        "locustfile": str(environment.locustfile),
        "tasks": {"per_class": task_ratios(environment, False), "total": task_ratios(environment, True)},
        "percentiles_to_chart": statistics.PERCENTILES_TO_CHART,
        "profile": environment.profile,
    }


def time_span(environment: Environment) -> tuple[float, float]:
    """From the start of the test to its last request, Unix seconds."""
    start_s = environment.stats.start_time
    return start_s, environment.stats.last_request_timestamp or start_s


def host(environment: Environment) -> str | None:
    """The host of the test, or the one that all user classes have."""
    hosts = {user_class.host for user_class in environment.user_classes}
    return environment.host or (hosts.pop() if len(hosts) == 1 else None)


def exceptions(environment: Environment) -> list[dict[str, Any]]:
    """What tasks raised; `nodes` is text."""
    if environment.runner is None:
        return []
    return [
        {**item, "nodes": ", ".join(sorted(item["nodes"]))} for item in environment.runner.exceptions.values()
    ]


def task_ratios(environment: Environment, total: bool) -> Ratios:
    """The shares of classes and tasks, by the users there are, or were when the test was stopped."""
    runner = environment.runner
    if runner is None:
        counts = {}
    elif runner.state in (STATE_STOPPED, STATE_STOPPING):
        counts = runner.final_user_classes_count
    else:
        counts = runner.user_classes_count
    return get_ratio(environment.user_classes, counts, total)
