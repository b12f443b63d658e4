"""Locust's options, as rows of one table.

`environment.parsed_options` has each of them under its `dest`; a model may read any.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from typing import Any

EPILOG = """Examples:

    locust -f my_test.py -H https://www.example.com

    locust --headless -u 100 -t 20m MyHttpUser AnotherUser
"""

HIDDEN = argparse.SUPPRESS


class RefusedOption(argparse.Action):
    """An option that Locust had once: names its successor and ends with code 2."""

    def __init__(self, *args: Any, successor: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._successor = successor

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        parser.error(f"{option_string} does not exist any more{self._successor}")


Row = tuple[tuple[str, ...], dict[str, Any]]


def _flag(*names: str, env: str | None = None, **keywords: Any) -> Row:
    return names, {"action": "store_true", "env_var": env, "default": False, **keywords}


def _value(*names: str, env: str | None = None, **keywords: Any) -> Row:
    return names, {"env_var": env, **keywords}


def _gone(*names: str, env: str | None = None, successor: str = "", **keywords: Any) -> Row:
    return names, {
        "action": RefusedOption,
        "successor": successor,
        "env_var": env,
        "help": HIDDEN,
        **keywords,
    }


def add_locust_options(
    parser: Any,
    *,
    timespan: Callable[[str], int],
    positive_integer: Callable[[str], int],
    above_zero: Callable[[str], float],
    json_user_config: Callable[[str], Any],
    version: str,
) -> None:
    """Add the rows to the parser, in groups; the common ones are those of the web page's form."""
    common = [
        _value("-H", "--host", metavar="<base url>", env="LOCUST_HOST", help="The host to test"),
        _value(
            "-u",
            "--users",
            type=int,
            dest="num_users",
            metavar="<int>",
            env="LOCUST_USERS",
            help="How many users run at the peak",
        ),
        _value(
            "-r",
            "--spawn-rate",
            type=above_zero,
            metavar="<float>",
            env="LOCUST_SPAWN_RATE",
            help="How many users start per second",
        ),
        _value(
            "-t",
            "--run-time",
            type=timespan,
            metavar="<time string>",
            env="LOCUST_RUN_TIME",
            help="Stop after this time, e.g. 300s, 20m, 1h30m. Default: run until stopped",
        ),
        _flag("-l", "--list", dest="list_commands", help="Show the user classes and exit"),
        _value(
            "--config-users",
            type=json_user_config,
            nargs="*",
            env="LOCUST_CONFIG_USERS",
            help="Attributes of user classes as JSON, or a .json file with them",
        ),
    ]
    for names, keywords in common:
        parser.add_argument(*names, **keywords)
    number = {"type": int, "metavar": "<int>"}
    port = {"type": int, "metavar": "<port number>"}
    file = {"metavar": "<filename>"}
    groups: dict[str, list[Row]] = {
        "Web UI options": [
            _value("--web-host", default="", metavar="<ip>", env="LOCUST_WEB_HOST", help="Where to listen"),
            _value("--web-host-display-name", default=None, env="LOCUST_WEB_HOST_DISPLAY_NAME", help=HIDDEN),
            _value(
                "--web-port", "-P", default=8089, env="LOCUST_WEB_PORT", help="The port of the page", **port
            ),
            _flag("--headless", env="LOCUST_HEADLESS", help="No web page; start the test at once"),
            _flag("--autostart", env="LOCUST_AUTOSTART", help="Start at once, with the web page"),
            _value(
                "--autoquit",
                type=int,
                default=-1,
                metavar="<seconds>",
                env="LOCUST_AUTOQUIT",
                help="Quit so long after the end of an --autostart run",
            ),
            _flag("--headful", env="LOCUST_HEADFUL", help=HIDDEN),
            _gone("--web-auth", env="LOCUST_WEB_AUTH", successor=": use --web-login"),
            _flag("--web-login", env="LOCUST_WEB_LOGIN", help="Ask for a login before the web page"),
            _value("--tls-cert", default="", env="LOCUST_TLS_CERT", help="Certificate for HTTPS", **file),
            _value("--tls-key", default="", env="LOCUST_TLS_KEY", help="Private key for HTTPS", **file),
            _flag("--class-picker", env="LOCUST_USERCLASS_PICKER", help="Choose classes on the web page"),
            _value("--build-path", default="", env="LOCUST_BUILD_PATH", help=HIDDEN),
            _gone("--legacy-ui", env="LOCUST_LEGACY_UI", nargs=0, default=False),
        ],
        "Master options": [
            _flag("--master", env="LOCUST_MODE_MASTER", help="Command workers that run the users"),
            _value(
                "--master-bind-host", default="*", metavar="<ip>", env="LOCUST_MASTER_BIND_HOST", help="Where"
            ),
            _value(
                "--master-bind-port",
                default=5557,
                env="LOCUST_MASTER_BIND_PORT",
                help="The port for it",
                **port,
            ),
            _value(
                "--expect-workers",
                type=positive_integer,
                default=1,
                metavar="<int>",
                env="LOCUST_EXPECT_WORKERS",
                help="Start when so many workers are there",
            ),
            _value(
                "--expect-workers-max-wait",
                default=0,
                env="LOCUST_EXPECT_WORKERS_MAX_WAIT",
                help="Seconds to wait for them. Default: for ever",
                **number,
            ),
            _flag("--enable-rebalancing", help="Spread the users anew when workers come or go"),
            _gone("--expect-slaves", nargs=0, successor=": use --expect-workers"),
        ],
        "Worker options": [
            _flag("--worker", env="LOCUST_MODE_WORKER", help="Run users for a master"),
            _value("--processes", env="LOCUST_PROCESSES", help="So many worker processes here", **number),
            _gone("--slave", nargs=0, successor=": use --worker"),
            _value(
                "--master-host",
                default="127.0.0.1",
                metavar="<hostname>",
                env="LOCUST_MASTER_NODE_HOST",
                help="Where the master is",
            ),
            _value(
                "--master-port", default=5557, env="LOCUST_MASTER_NODE_PORT", help="The master's port", **port
            ),
            _value(
                "--web-base-path", default="", env="LOCUST_WEB_BASE_PATH", help="Prefix of the page's paths"
            ),
        ],
        "Tag options": [
            _value(
                "-T",
                "--tags",
                nargs="*",
                metavar="<tag>",
                env="LOCUST_TAGS",
                help="Run only tasks that have at least one of these tags",
            ),
            _value(
                "-E",
                "--exclude-tags",
                nargs="*",
                metavar="<tag>",
                env="LOCUST_EXCLUDE_TAGS",
                help="Leave out tasks that have any of these tags",
            ),
        ],
        "Request statistics options": [
            _value("--csv", dest="csv_prefix", env="LOCUST_CSV", help="Write CSV files named so", **file),
            _flag(
                "--csv-full-history",
                dest="stats_history_enabled",
                env="LOCUST_CSV_FULL_HISTORY",
                help="The history has a row for each name",
            ),
            _flag("--print-stats", env="LOCUST_PRINT_STATS", help="Print the tables during the run"),
            _flag("--only-summary", env="LOCUST_ONLY_SUMMARY", help="Print the tables only at the end"),
            _flag("--reset-stats", env="LOCUST_RESET_STATS", help="Begin anew when all users have started"),
            _value("--html", dest="html_file", env="LOCUST_HTML", help="Write a report", **file),
            _flag("--json", help="Print the statistics as JSON"),
            _value("--json-file", help="Write the statistics as JSON", **file),
        ],
        "Logging options": [
            _flag("--skip-log-setup", env="LOCUST_SKIP_LOG_SETUP", help="Leave the logging alone"),
            _value(
                "--loglevel",
                "-L",
                type=str.upper,
                default="INFO",
                choices=["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"],
                metavar="<level>",
                env="LOCUST_LOGLEVEL",
                help="DEBUG, INFO, WARNING, ERROR or CRITICAL. Default: INFO",
            ),
            _value("--logfile", env="LOCUST_LOGFILE", help="Log to this file instead of stderr", **file),
        ],
        "Other options": [
            _flag("--show-task-ratio", help="Show the share of each task and exit"),
            _flag("--show-task-ratio-json", help="The same as JSON"),
            (("--version", "-V"), {"action": "version", "version": f"%(prog)s {version}"}),
            _value(
                "--exit-code-on-error",
                default=1,
                env="LOCUST_EXIT_CODE_ON_ERROR",
                help="The exit code if any request or task failed. Default: 1",
                **number,
            ),
            _value(
                "-s",
                "--stop-timeout",
                type=timespan,
                default="0",
                metavar="<time string>",
                env="LOCUST_STOP_TIMEOUT",
                help="How long running tasks may finish when users are stopped",
            ),
            _flag("--equal-weights", help="Give all classes and all tasks one weight"),
            _value("--profile", help="A label for the run"),
            _flag("--otel", env="LOCUST_ENABLE_OPENTELEMETRY", help="Export OpenTelemetry data"),
        ],
    }
    for title, rows in groups.items():
        group = parser.add_argument_group(title)
        for names, keywords in rows:
            group.add_argument(*names, **keywords)
    parser.add_argument_group("User classes").add_argument(
        "user_classes",
        nargs="*",
        metavar="<UserClass1 UserClass2>",
        default=os.environ.get("LOCUST_USER_CLASSES", "").split(),
        help="Run only these user classes [LOCUST_USER_CLASSES]",
    )
