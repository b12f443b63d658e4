"""The HTML report of a run: one file that needs nothing else.

Its tables and charts are made of the engine's precise statistics; `window.templateArgs` in it holds Locust's
own figures, for scripts that read them.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from jinja2 import Environment as JinjaEnvironment
from jinja2 import FileSystemLoader

from .runners import STATE_STOPPED, STATE_STOPPING, MasterRunner
from .user.inspectuser import get_ratio
from .util.date import format_duration, format_utc_timestamp

if TYPE_CHECKING:
    from argparse import Namespace

    from .env import Environment

__all__ = [
    "DEFAULT_BUILD_PATH",
    "MasterRunner",
    "PERCENTILES_FOR_HTML_REPORT",
    "STATE_STOPPED",
    "STATE_STOPPING",
    "format_duration",
    "format_utc_timestamp",
    "get_html_report",
    "get_ratio",
    "process_html_filename",
    "render_template_from",
]

# Columns of the response times. May be assigned: read when a report is made.
PERCENTILES_FOR_HTML_REPORT: list[float] = [0.50, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0]

DEFAULT_BUILD_PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_report", "page")


def process_html_filename(options: Namespace) -> None:
    """Put the number of users, the spawn rate and the run time (seconds) in place of {u}, {r} and {t}.

    Changes `options.html_file`. What is not set stays as it is written.
    """
    values = {"{u}": options.num_users, "{r}": options.spawn_rate, "{t}": options.run_time}
    for mark, value in values.items():
        if options.html_file and value is not None:
            options.html_file = options.html_file.replace(mark, str(int(value)))


def render_template_from(file: str, build_path: str = DEFAULT_BUILD_PATH, **kwargs: Any) -> str:
    """Render the Jinja template `file` of the folder with these variables. Values are not escaped."""
    templates = JinjaEnvironment(loader=FileSystemLoader(build_path))
    return templates.get_template(file).render(**kwargs)


def get_html_report(environment: Environment, show_download_link: bool = True, theme: str = "") -> str:
    """The report as one page. `theme` is `light` or `dark`; otherwise it follows the reader's system."""
    from ._report.page import render

    return render(environment, show_download_link, theme)
