"""The options of a run as models see them: `environment.parsed_options`.

The command line itself is read by the engine before Python starts.
"""

from __future__ import annotations

from argparse import Action, Namespace
from typing import Any

import configargparse

from .event import Events
from .util.timespan import parse_timespan as timespan

__all__ = [
    "LocustArgumentParser",
    "Namespace",
    "default_args_dict",
    "parse_single_user_options",
    "parsed_options",
    "timespan",
]

# Every option of Locust under its `dest`; a model may read any of them.
_DEFAULTS: dict[str, Any] = {
    "locustfile": "locustfile.py",
    "config": None,
    "host": None,
    "num_users": None,
    "spawn_rate": None,
    "run_time": None,
    "list_commands": False,
    "config_users": None,
    "web_host": "",
    "web_host_display_name": None,
    "web_port": 8089,
    "headless": False,
    "autostart": False,
    "autoquit": -1,
    "headful": False,
    "web_auth": None,
    "web_login": False,
    "tls_cert": "",
    "tls_key": "",
    "class_picker": False,
    "build_path": "",
    "legacy_ui": False,
    "master": False,
    "master_bind_host": "*",
    "master_bind_port": 5557,
    "expect_workers": 1,
    "expect_workers_max_wait": 0,
    "enable_rebalancing": False,
    "expect_slaves": None,
    "worker": False,
    "processes": None,
    "slave": None,
    "master_host": "127.0.0.1",
    "master_port": 5557,
    "web_base_path": "",
    "tags": None,
    "exclude_tags": None,
    "csv_prefix": None,
    "stats_history_enabled": False,
    "print_stats": False,
    "only_summary": False,
    "reset_stats": False,
    "html_file": None,
    "json": False,
    "json_file": None,
    "skip_log_setup": False,
    "loglevel": "INFO",
    "logfile": None,
    "show_task_ratio": False,
    "show_task_ratio_json": False,
    "exit_code_on_error": 1,
    "stop_timeout": 0,
    "equal_weights": False,
    "profile": None,
    "otel": False,
    "user_classes": (),
}

# Ours, for models that ask how they were found.
_WRAPPER_OPTIONS = ("model_dirs", "locustfiles", "include_tasksets", "config_file")


def default_args_dict() -> dict[str, Any]:
    """The options of a run that was given none, by their `dest`."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in _DEFAULTS.items()}


class LocustArgumentParser(configargparse.ArgumentParser):
    """What a listener of `init_command_line_parser` adds its own options to.

    `add_argument` takes, beside argparse's keywords and `env_var`, those that tell the web page about the
    option.
    """

    def add_argument(self, *args: Any, **kwargs: Any) -> Action:
        shown = {
            "include_in_web_ui": kwargs.pop("include_in_web_ui", True),
            "is_secret": kwargs.pop("is_secret", False),
            "is_required": kwargs.pop("is_required", False),
            "is_multiple": kwargs.pop("is_multiple", False),
        }
        action = super().add_argument(*args, **kwargs)
        for name, value in shown.items():
            setattr(action, name, value)
        return action


def parse_single_user_options(events: Events, arguments: list[str]) -> Namespace:
    """The options of `run_single_user`: `--host`, and those of the models."""
    parser = LocustArgumentParser(prog="locust")
    parser.add_argument("-H", "--host", env_var="LOCUST_HOST", help="base URL of the system under test")
    events.init_command_line_parser.fire(parser=parser)
    return parser.parse_args(args=arguments, namespace=Namespace(**default_args_dict()))


def parsed_options(options: Any = None, events: Events | None = None) -> Namespace:
    """All options of a run: Locust's defaults, what the models add with theirs, and what `options` says.

    `options` is `nest_engine.Options`, or any object with some of the names; None for none given. Fires
    `init_command_line_parser` on `events`, so call it when the models are imported.
    """
    namespace = Namespace(**default_args_dict())
    if events is not None:
        parser = LocustArgumentParser(add_help=False, prog="locust")
        events.init_command_line_parser.fire(parser=parser)
        # Defaults and environment variables.
        parser.parse_known_args(args=[], namespace=namespace)
    if isinstance(options, Namespace):
        vars(namespace).update(vars(options))
    elif options is not None:
        for name in (*_DEFAULTS, *_WRAPPER_OPTIONS):
            if hasattr(options, name):
                setattr(namespace, name, getattr(options, name))
    return namespace
