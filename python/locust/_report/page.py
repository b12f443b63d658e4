"""The page of the HTML report, put together."""

from __future__ import annotations

import json
import os
import platform
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

from jinja2 import Environment as JinjaEnvironment
from jinja2 import FileSystemLoader
from markupsafe import Markup

import locust
import nest_engine

from .._stats.generator import generator_use
from ..util.date import format_duration
from . import numbers
from .distribution_charts import distribution_charts, percentile_chart
from .tables import (
    exception_rows,
    failure_table,
    phase_table,
    request_table,
    response_time_table,
    thread_table,
)
from .template_args import host, task_ratios, template_args, time_span
from .time_charts import moments_of, time_charts

if TYPE_CHECKING:
    from ..env import Environment

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "page")


def render(environment: Environment, show_download_link: bool, theme: str) -> str:
    """See `locust.html.get_html_report`."""
    templates = JinjaEnvironment(
        loader=FileSystemLoader(FOLDER), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    charts = time_charts(environment)
    percentiles = percentile_chart(environment.stats)
    distributions = distribution_charts(environment.stats)
    every_chart = [*charts, *([percentiles] if percentiles else []), *(chart for _, chart in distributions)]
    start_s, end_s = time_span(environment)
    generator = generator_use(environment.stats)
    return templates.get_template("report.html").render(
        title=environment.profile or _script(environment),
        kind="Load test report" + (", profile" if environment.profile else ""),
        theme=theme if theme in ("light", "dark") else "",
        show_download_link=show_download_link,
        style=_file("page.css"),
        script=_file("page.js"),
        facts=_facts(environment, start_s, end_s),
        tiles=_tiles(environment),
        total=environment.stats.total,
        charts=charts,
        percentiles=percentiles,
        distributions=distributions,
        requests=request_table(environment),
        response_times=response_time_table(environment),
        is_precise=environment.stats.total._core.is_precise,
        phases=phase_table(environment),
        generator=generator,
        thread=generator and thread_table(generator),
        failures=failure_table(environment),
        exceptions=exception_rows(environment),
        ratios={
            "Within each class": task_ratios(environment, False),
            "Of the whole test": task_ratios(environment, True),
        },
        percent=numbers.percent,
        count=numbers.count,
        origin=_origin(),
        template_args=json_in_script(template_args(environment, show_download_link)),
        readouts=json_in_script(
            {
                f"{chart.key}-{number}": panel.readout
                for chart in every_chart
                for number, panel in enumerate(chart.panels)
            }
        ),
    )


def json_in_script(value: Any) -> Markup:
    """JSON that no text in it can end, whatever it says."""
    text = json.dumps(value, sort_keys=True)
    for character in "<>&'":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def _file(name: str) -> Markup:
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return Markup(file.read())


def _script(environment: Environment) -> str:
    name = environment.locustfile or "Load test"
    return name if len(name) <= 60 else f"{name.count(',') + 1} models"


def _facts(environment: Environment, start_s: float, end_s: float) -> list[tuple[str, str]]:
    """What was run, when, and against what."""
    pattern = "%Y-%m-%d %H:%M:%S"
    start = datetime.fromtimestamp(start_s).astimezone()
    end = datetime.fromtimestamp(end_s).astimezone()
    same_day = start.date() == end.date()
    facts = [
        ("Host", host(environment) or "of each user class"),
        ("Script", (environment.locustfile or "").replace(",", ", ")),
        ("Start", f"{start.strftime(pattern)} {start.tzname()}"),
        ("End", end.strftime("%H:%M:%S" if same_day else pattern)),
        ("Duration", format_duration(start_s, end_s)),
    ]
    return [(name, text) for name, text in facts if text]


def _tiles(environment: Environment) -> list[dict[str, str]]:
    """The run in a few numbers."""
    total = environment.stats.total
    tiles = [
        {
            "label": "Requests",
            "value": numbers.count(total.num_requests),
            "note": f"{numbers.rate(total.total_rps)} per second",
        },
        {
            "label": "Failures",
            "value": numbers.percent(total.fail_ratio),
            "note": f"{numbers.count(total.num_failures)} of {numbers.count(total.num_requests)}",
            "style": "bad" if total.num_failures else "good" if total.num_requests else "",
        },
    ]
    if total.num_requests > total.num_none_requests:
        median, p95, p99 = total._core.precise_percentiles([0.5, 0.95, 0.99])
        tiles += [
            {"label": "Median", "value": numbers.response_time(median), "note": "half are faster"},
            {"label": "95 %", "value": numbers.response_time(p95), "note": "1 of 20 is slower"},
            {"label": "99 %", "value": numbers.response_time(p99), "note": "1 of 100 is slower"},
            {
                "label": "Slowest",
                "value": numbers.response_time(total.max_response_time),
                "note": f"average {numbers.response_time(total.avg_response_time)}",
            },
        ]
    if most := max((moment.users for moment in moments_of(environment.stats, [])), default=0):
        tiles.append({"label": "Users", "value": numbers.count(most), "note": "at the peak"})
    return tiles


def _origin() -> str:
    """Where the report comes from."""
    system = (
        f"{platform.system()} {platform.release()}, {os.cpu_count()} CPUs, Python {platform.python_version()}"
    )
    written = time.strftime("%Y-%m-%d %H:%M:%S %Z")
    return (
        f"Made by locust-nest {nest_engine.__version__} (API of Locust {locust.__version__}) "
        f"on {platform.node()} ({system}), {written}."
    )
