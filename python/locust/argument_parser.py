"""The command line as models see it: the parser they add options to, and `environment.parsed_options`.

The engine reads the command line before Python starts. What it does not know, only the models can: once they
are imported, the parser here reads that part.
"""

from __future__ import annotations

import argparse
import ast
import atexit
import json
import math
import os
import sys
import tempfile
import tomllib
from argparse import Action, Namespace
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from difflib import get_close_matches
from typing import Any, NamedTuple, NoReturn
from urllib.parse import urlparse

import configargparse
import requests

import locust
import nest_engine
from locust_nest.errors import usage_error

from ._options import EPILOG, add_locust_options
from .event import Events
from .util.directory import get_abspaths_in
from .util.timespan import parse_timespan
from .util.url import is_url

__all__ = [
    "DEFAULT_CONFIG_FILES",
    "LocustArgumentParser",
    "Namespace",
    "UIExtraArgOptions",
    "default_args_dict",
    "download_locustfile_from_url",
    "get_empty_argument_parser",
    "get_locustfiles_locally",
    "get_parser",
    "gt_zero",
    "json_user_config",
    "model_arguments_help",
    "parse_locustfile_option",
    "parse_locustfile_paths",
    "parse_options",
    "parsed_options",
    "positive_integer",
    "setup_parser_arguments",
    "timespan",
    "ui_extra_args_dict",
]

# Read in this order by a parser that is not told otherwise; later files win.
DEFAULT_CONFIG_FILES = ("~/.locust.conf", "locust.conf", "pyproject.toml")

# Ours, for models that ask how they were found.
_WRAPPER_OPTIONS = ("model_dirs", "locustfiles", "include_tasksets", "config_file")

_NO_WEB_INTERFACE = "the web interface does not exist yet: add --headless to start the test at once"


class LocustConfigParser(configargparse.ConfigFileParser):
    """Configuration files: the table [tool.locust] of a file that ends in .toml, else lines `key = value`."""

    def __init__(self) -> None:
        super().__init__()
        self._lines = configargparse.DefaultConfigFileParser()

    def get_syntax_description(self) -> str:
        return str(self._lines.get_syntax_description())

    def parse(self, stream: Any) -> dict[str, Any]:
        if not str(getattr(stream, "name", "")).endswith(".toml"):
            lines: dict[str, Any] = self._lines.parse(stream)
            return lines
        try:
            table = tomllib.loads(stream.read()).get("tool", {}).get("locust", {})
        except tomllib.TOMLDecodeError as error:
            raise configargparse.ConfigFileParserException(f"Couldn't parse TOML file: {error}") from error
        return {key: value if isinstance(value, list) else str(value) for key, value in table.items()}


class LocustArgumentParser(configargparse.ArgumentParser):
    """What a listener of `init_command_line_parser` adds its own options to.

    `add_argument` takes, beside argparse's keywords and `env_var`, those that tell the web page about the
    option: `include_in_web_ui`, `is_secret`, `is_required`, `is_multiple`.

    >>> @events.init_command_line_parser.add_listener
    ... def add_options(parser):
    ...     parser.add_argument("--basket-size", type=int, default=3, env_var="BASKET_SIZE")
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

    def error(self, message: str) -> NoReturn:
        """One line on stderr, exit code 2."""
        sys.stderr.write(f"{self.prog}: error: {message}\n")
        sys.exit(2)

    def parse_args(self, args: Any = None, namespace: Any = None, **kwargs: Any) -> Namespace:
        parsed, unknown = self.parse_known_args(args, namespace, **kwargs)
        if unknown:
            message = f"unrecognized arguments: {' '.join(unknown)}"
            near = get_close_matches(unknown[0].partition("=")[0], self.option_names, n=1)
            self.error(f"{message}\nDid you mean '{near[0]}'?" if near else message)
        return parsed

    @property
    def option_names(self) -> list[str]:
        """Every spelling of every option."""
        return [name for action in self._actions for name in action.option_strings]

    @property
    def args_included_in_web_ui(self) -> dict[str, Action]:
        """The options that the web page shows, by their `dest`."""
        return self._shown("include_in_web_ui")

    @property
    def secret_args_included_in_web_ui(self) -> dict[str, Action]:
        """Those of them whose value the web page hides."""
        return self._shown("include_in_web_ui", "is_secret")

    @property
    def required_args_included_in_web_ui(self) -> dict[str, Action]:
        """Those of them without which the web page starts no test."""
        return self._shown("include_in_web_ui", "is_required")

    @property
    def multiple_args_included_in_web_ui(self) -> dict[str, Action]:
        """Those of them for which the web page takes several values."""
        return self._shown("include_in_web_ui", "is_multiple")

    def _shown(self, *marks: str) -> dict[str, Action]:
        return {
            action.dest: action
            for action in self._actions
            if all(getattr(action, mark, False) for mark in marks)
        }


def timespan(time_str: str) -> int:
    """The seconds in `90`, `90s`, `1h30m`."""
    try:
        return parse_timespan(time_str)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def positive_integer(string: str) -> int:
    """A whole number from 1."""
    try:
        value = int(string)
    except ValueError:
        raise argparse.ArgumentTypeError(f"invalid int value: '{string}'") from None
    if value < 1:
        raise argparse.ArgumentTypeError(
            f"Invalid --expect-workers argument ({value}), must be a positive number"
        )
    return value


def gt_zero(number: Callable[[str], float]) -> Callable[[str], float]:
    """The number type, without what is not above 0."""

    def checker(value: str) -> float:
        parsed = number(value)
        if not parsed > 0 or math.isinf(parsed):
            raise argparse.ArgumentTypeError("must be > 0")
        return parsed

    checker.__name__ = number.__name__  # argparse shows it in its errors
    return checker


def json_user_config(string: str) -> list[dict[str, Any]]:
    """The objects of `--config-users`: JSON text, or the name of a file that ends in .json."""
    try:
        if string.endswith(".json"):
            with open(string) as file:
                text = file.read()
        else:
            text = string
        config = json.loads(text)
    except OSError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    except json.JSONDecodeError as error:
        raise argparse.ArgumentTypeError(
            f"The --config-users argument must be a valid JSON string or file: {error}"
        ) from error
    users = config if isinstance(config, list) else [config]
    for user in users:
        if not isinstance(user, dict) or "user_class_name" not in user:
            raise argparse.ArgumentTypeError("The user config must specify a user_class_name")
    return users


def get_empty_argument_parser(
    add_help: bool = True, default_config_files: Iterable[str] = DEFAULT_CONFIG_FILES
) -> LocustArgumentParser:
    """A parser with no option but `--help`, `--locustfile` and `--config`."""
    parser = LocustArgumentParser(
        default_config_files=list(default_config_files),
        config_file_parser_class=LocustConfigParser,
        add_env_var_help=False,
        add_config_file_help=False,
        add_help=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage=argparse.SUPPRESS,
        description="Usage: locust [options] [UserClass ...]",
        epilog=EPILOG,
    )
    parser._optionals.title = "Common options"
    if add_help:
        parser.add_argument("-h", "--help", action="help", help="Show this help and exit")
    parser.add_argument(
        "-f",
        "--locustfile",
        metavar="<filename>",
        default="locustfile.py",
        env_var="LOCUST_LOCUSTFILE",
        help="The model: a .py file, several separated by commas, or a folder. Default: locustfile.py",
    )
    parser.add_argument(
        "--config", is_config_file_arg=True, metavar="<filename>", help="One more configuration file"
    )
    return parser


def setup_parser_arguments(parser: LocustArgumentParser) -> None:
    """Add the rest of Locust's options to what `get_empty_argument_parser` gives."""
    add_locust_options(
        parser,
        timespan=timespan,
        positive_integer=positive_integer,
        above_zero=gt_zero(float),
        json_user_config=json_user_config,
        version=locust.__version__,
    )


def get_parser(
    default_config_files: Iterable[str] = DEFAULT_CONFIG_FILES, events: Events | None = None
) -> LocustArgumentParser:
    """A new parser with Locust's options and those of the models.

    Fires `init_command_line_parser` on `events` (those of `locust` if not given), each time.
    """
    parser = get_empty_argument_parser(default_config_files=default_config_files)
    setup_parser_arguments(parser)
    (locust.events if events is None else events).init_command_line_parser.fire(parser=parser)
    return parser


def parse_options(args: Sequence[str] | None = None) -> Namespace:
    """Parse `args`, or `sys.argv`, with Locust's options and those of the models."""
    print("Warning: parse_options() is deprecated: use get_parser().parse_args()")
    return get_parser().parse_args(args=args)


def default_args_dict() -> dict[str, Any]:
    """The options of a run that was given none, by their `dest`."""
    parser = get_empty_argument_parser(default_config_files=())
    setup_parser_arguments(parser)
    return vars(parser.parse_args(args=[], env_vars={}))


class UIExtraArgOptions(NamedTuple):
    """What the web page knows of an option that a model adds."""

    default_value: Any
    is_secret: bool
    is_required: bool
    help_text: str | None
    is_multiple: bool
    choices: list[str] | None = None


def ui_extra_args_dict(args: Sequence[str] | None = None) -> dict[str, dict[str, Any]]:
    """What the web page shows of the options that the models add: `UIExtraArgOptions` by `dest`, as dicts.

    The default value is the one that the command line `args` gives.
    """
    parser = get_parser()
    values = vars(parser.parse_args(args))
    builtin = default_args_dict()
    return {
        dest: UIExtraArgOptions(
            default_value=values.get(dest),
            is_secret=dest in parser.secret_args_included_in_web_ui,
            is_required=dest in parser.required_args_included_in_web_ui,
            help_text=action.help,
            is_multiple=dest in parser.multiple_args_included_in_web_ui,
            choices=None if action.choices is None else list(action.choices),
        )._asdict()
        for dest, action in parser.args_included_in_web_ui.items()
        if dest not in builtin and dest in values
    }


def parsed_options(options: Any = None, events: Events | None = None) -> Namespace:
    """All options of a run: Locust's defaults, what the models add with theirs, and what `options` says.

    `options` is `nest_engine.Options`, or any object with some of the names; None for none given. A Namespace
    counts as parsed: it is returned with what it lacks. Otherwise this fires `init_command_line_parser` on
    `events`, so call it when the models are imported. `UsageError` for arguments that nobody knows; a mistake
    in an argument of the models ends the process with code 2.
    """
    if isinstance(options, Namespace):
        for name, value in default_args_dict().items():
            if not hasattr(options, name):
                setattr(options, name, value)
        return options
    parser = get_parser(default_config_files=(), events=Events() if events is None else events)
    if isinstance(options, nest_engine.Options):
        parser.prog = options.program
        options = _without_the_models_names(parser, options)
    extras = list(getattr(options, "extras", ()))
    builtin = default_args_dict()
    given = Namespace(
        **{
            name: value
            for name, default in builtin.items()
            if (value := getattr(options, name, default)) != default
        }
    )
    # The engine has read Locust's own environment variables already.
    own_variables = {getattr(action, "env_var", None) for action in parser._actions if action.dest in builtin}
    variables = {name: value for name, value in os.environ.items() if name not in own_variables}
    namespace, unknown = parser.parse_known_args(args=extras, namespace=given, env_vars=variables)
    if unknown:
        message = nest_engine.unrecognized_arguments(unknown, options, parser.option_names)
        raise usage_error(message)
    if not extras:
        namespace.user_classes = list(getattr(options, "user_classes", ()))
    elif not namespace.headless and not options.configure:
        raise usage_error(_NO_WEB_INTERFACE)
    for name in _WRAPPER_OPTIONS:
        if hasattr(options, name):
            setattr(namespace, name, getattr(options, name))
    return namespace


def _without_the_models_names(
    parser: LocustArgumentParser, options: nest_engine.Options
) -> nest_engine.Options:
    """The options without the spellings, old or ours alone, that the models have taken for themselves."""
    taken = set(parser.option_names) - set(_locust_option_names())
    used = {argument.partition("=")[0] for argument in options.arguments} & taken
    understood = used - {argument.partition("=")[0] for argument in options.extras}
    if not understood:
        return options
    again = nest_engine.parse_options(options.arguments, sorted(used), options.program)
    if (again.locustfiles, again.model_dirs) != (
        options.locustfiles,
        options.model_dirs,
    ) and again.locustfiles:
        raise usage_error(
            f"{', '.join(sorted(understood))}: the models have an option of this name, and so has locust-nest. "
            "Start it by its other name, locust, which has only Locust's options"
        )
    return again


def _locust_option_names() -> list[str]:
    parser = get_empty_argument_parser(default_config_files=())
    setup_parser_arguments(parser)
    return parser.option_names


def model_arguments_help(events: Events) -> str:
    """What `--help` says of the options that the models add; empty if there are none."""
    parser = get_parser(default_config_files=(), events=events)
    builtin = {*default_args_dict(), "help", "version"}
    formatter = argparse.HelpFormatter(prog=parser.prog, max_help_position=26, width=80)
    found = False
    for group in parser._action_groups:
        actions = [
            action
            for action in group._group_actions
            if action.dest not in builtin and action.help != argparse.SUPPRESS
        ]
        if not actions:
            continue
        found = True
        common = group in (parser._optionals, parser._positionals)
        formatter.start_section("Options of these models" if common else group.title)
        formatter.add_text(None if common else group.description)
        for action in actions:
            if variable := getattr(action, "env_var", None):
                action.help = f"{action.help or ''} [{variable}]".lstrip()
        formatter.add_arguments(actions)
        formatter.end_section()
    return formatter.format_help() if found else ""


def parse_locustfile_option(args: Sequence[str] | None = None) -> Namespace:
    """Only `--locustfile` and `--config`, of a command line which the models may add to."""
    parser = get_empty_argument_parser(add_help=False)
    return parser.parse_known_args(args=args)[0]


def get_locustfiles_locally(options: Namespace) -> list[str]:
    """The paths of the .py files that `options.locustfile` names."""
    return parse_locustfile_paths(options.locustfile.split(","))


def parse_locustfile_paths(paths: Iterable[str]) -> list[str]:
    """The absolute paths of .py files, of all those in folders, and of downloaded ones.

    Ends the process with code 1 if there is no such file.
    """
    found: list[str] = []
    for path in (path.strip() for path in paths):
        if is_url(path):
            found.append(download_locustfile_from_url(path))
        elif os.path.isdir(path):
            files = get_abspaths_in(path, extension=".py")
            if not files:
                _exit(f"Could not find any locustfiles in directory '{path}'")
            found += files
        elif os.path.exists(path) and path.endswith(".py"):
            found.append(os.path.abspath(path))
        else:
            note = (
                "" if path.endswith(".py") else " Ensure your locustfile ends with '.py' or is a directory."
            )
            _exit(f"Could not find '{path}'.{note} See --help for available options.")
    return found


def download_locustfile_from_url(url: str) -> str:
    """Fetch a model into the folder for temporary files, until the process ends; returns its path."""
    try:
        response = requests.get(url, timeout=60)
        response.raise_for_status()
        ast.parse(response.text)
    except requests.exceptions.RequestException as error:
        _exit(f"Failed to get locustfile from: {url}. Exception: {error}")
    except SyntaxError:
        _exit(f"Failed to get locustfile from: {url}. Response was not valid python code.")
    path = os.path.join(tempfile.gettempdir(), os.path.basename(urlparse(url).path) or "locustfile.py")
    with open(path, "w") as file:
        file.write(response.text)
    atexit.register(_remove, path)
    return path


def _remove(path: str) -> None:
    with suppress(OSError):
        os.remove(path)


def _exit(message: str) -> NoReturn:
    sys.stderr.write(message + "\n")
    sys.exit(1)
