"""The command line: the parser, to which models add their options, and `environment.parsed_options`.

What the options are is in `locust_nest.cli.table`; in which steps the program reads its command line, in
`locust_nest.cli.reading`.
"""

from __future__ import annotations

import argparse
import ast
import json
import math
import os
import re
import sys
import tomllib
from argparse import Action, Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple, NoReturn
from urllib.parse import urlparse

import configargparse
import requests

import locust
from locust_nest.cli.option import Era
from locust_nest.cli.table import (
    COMMON,
    OPTIONS,
    USER_CLASSES_HELP,
    USER_CLASSES_VARIABLE,
    option_called,
)
from locust_nest.http import network

from ._options import add_options
from ._sources import ConfigFile, Sources, UnreadableSettings, config_files
from ._version import version
from .event import Events
from .rpc import Message
from .rpc.locustfiles import (
    download_locustfile_from_master,
    end_process,
    exit_handler,
    keep_until_exit,
    parse_locustfiles_from_master,
    retrieve_locustfiles_from_master,
)
from .util.directory import get_abspaths_in
from .util.timespan import parse_timespan
from .util.url import is_url

__all__ = [
    "DEFAULT_CONFIG_FILES",
    "LocustArgumentParser",
    "LocustTomlConfigParser",
    "Message",
    "Namespace",
    "UIExtraArgOptions",
    "default_args_dict",
    "download_locustfile_from_master",
    "download_locustfile_from_url",
    "exit_handler",
    "get_abspaths_in",
    "get_empty_argument_parser",
    "get_locustfiles_locally",
    "get_parser",
    "gt_zero",
    "is_url",
    "json_user_config",
    "model_arguments_help",
    "parse_locustfile_option",
    "parse_locustfile_paths",
    "parse_locustfiles_from_master",
    "parse_options",
    "parse_timespan",
    "parsed_options",
    "positive_integer",
    "raise_argument_type_error",
    "retrieve_locustfiles_from_master",
    "setup_parser_arguments",
    "timespan",
    "ui_extra_args_dict",
    "version",
]

# Read in this order by a parser that is not told otherwise; later files win.
DEFAULT_CONFIG_FILES = ("~/.locust.conf", "locust.conf", "pyproject.toml")

_EPILOG = """Examples:

    locust -f my_test.py -H https://www.example.com

    locust --headless -u 100 -t 20m MyHttpUser AnotherUser
"""


class LocustTomlConfigParser(configargparse.ConfigFileParser):
    """Configuration files in TOML: the first of the tables `sections` (`["tool.locust"]`) that a file has."""

    def __init__(self, sections: Iterable[str]) -> None:
        super().__init__()
        self.sections = list(sections)

    def get_syntax_description(self) -> str:
        return f"TOML, with the options in [{'] or ['.join(self.sections)}]"

    def parse(self, stream: Any) -> dict[str, Any]:
        try:
            document = tomllib.loads(stream.read())
        except tomllib.TOMLDecodeError as error:
            raise configargparse.ConfigFileParserException(f"Couldn't parse TOML file: {error}") from error
        for section in self.sections:
            table = document
            for key in section.split("."):
                table = table.get(key, {})
            if table:
                return {key: value if isinstance(value, list) else str(value) for key, value in table.items()}
        return {}


class LocustConfigParser(configargparse.ConfigFileParser):
    """Configuration files: the table [tool.locust] of a file that ends in .toml, else lines `key = value`."""

    def __init__(self) -> None:
        super().__init__()
        self._lines = configargparse.DefaultConfigFileParser()
        self._toml = LocustTomlConfigParser(["tool.locust"])

    def get_syntax_description(self) -> str:
        return str(self._lines.get_syntax_description())

    def parse(self, stream: Any) -> dict[str, Any]:
        if str(getattr(stream, "name", "")).endswith(".toml"):
            return self._toml.parse(stream)
        lines: dict[str, Any] = self._lines.parse(stream)
        return lines


class LocustArgumentParser(configargparse.ArgumentParser):
    """What a listener of `init_command_line_parser` adds its own options to.

    `add_argument` takes, beside argparse's keywords and `env_var`, those that tell the web page about the
    option: `include_in_web_ui`, `is_secret`, `is_required`, `is_multiple`.

    >>> @events.init_command_line_parser.add_listener
    ... def add_options(parser):
    ...     parser.add_argument("--basket-size", type=int, default=3, env_var="BASKET_SIZE")
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Options that were given though what they stand for does not exist yet, and how they were spelled.
        self.unavailable: list[tuple[Action, str | None]] = []
        self._source_to_settings: dict[str, dict[str, tuple[Action | None, Any]]] = {}
        self._origins: dict[str, str] = {}

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
        sys.stderr.write(f"{self.prog}: error: {message}{self._origin_of_mistake(message)}\n")
        sys.exit(2)

    def origin_of(self, action: Action) -> str:
        """Where the value of the option comes from, as an addition to a message; empty if it was typed."""
        return self._origins.get("/".join(action.option_strings), "")

    def _origin_of_mistake(self, message: str) -> str:
        named = re.match(r"argument ([^:]+): ", message)
        return self._origins.get(named[1], "") if named else ""

    def parse_args(self, args: Any = None, namespace: Any = None, **kwargs: Any) -> Namespace:
        parsed, unknown = self.parse_known_args(args, namespace, **kwargs)
        if unknown:
            name = unknown[0].partition("=")[0]
            message = f"unrecognized arguments: {' '.join(unknown)}{self._origins.get(name, '')}"
            near = get_close_matches(name, self._names_of_today, n=1) or get_close_matches(
                name, self.option_names, n=1
            )
            self.error(f"{message}\nDid you mean '{near[0]}'?" if near else message)
        return parsed

    def parse_known_args(
        self,
        args: Any = None,
        namespace: Any = None,
        config_file_contents: str | None = None,
        env_vars: Mapping[str, str] = os.environ,
        ignore_help_args: bool = False,
    ) -> tuple[Namespace, list[str]]:
        """What is typed goes before environment variables, and these before configuration files."""
        arguments = list(sys.argv[1:] if args is None else args.split() if isinstance(args, str) else args)
        if ignore_help_args:
            arguments = [argument for argument in arguments if argument not in ("-h", "--help")]
        sources = Sources(self)
        try:
            if config_file_contents is not None:
                files = [ConfigFile(config_file_contents, "method arg")]
            elif {"-h", "--help"} & set(arguments):
                files = []
            else:
                files = config_files(self, arguments)
            arguments = sources.add_to(arguments, env_vars, files)
        except UnreadableSettings as error:
            self.error(str(error))
        self._source_to_settings = sources.settings
        self._origins = sources.origins
        return argparse.ArgumentParser.parse_known_args(self, arguments, namespace)

    def _get_option_tuples(self, option_string: str) -> Any:
        matches: list[Any] = super()._get_option_tuples(option_string)  # type: ignore[misc]
        if not option_string.startswith("--"):
            return matches
        ranked = [match for match in matches if getattr(match[0], "rank", 0) >= 0]
        best = min((getattr(match[0], "rank", 0) for match in ranked), default=0)
        return [match for match in ranked if getattr(match[0], "rank", 0) == best]

    @property
    def option_names(self) -> list[str]:
        """Every spelling of every option."""
        return [name for action in self._actions for name in action.option_strings]

    @property
    def _names_of_today(self) -> list[str]:
        return [
            name
            for action in self._actions
            if getattr(action, "rank", 0) == 0
            for name in action.option_strings
        ]

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


def raise_argument_type_error(err_msg: str) -> NoReturn:
    """Refuse the value of an option."""
    raise argparse.ArgumentTypeError(err_msg)


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


def gt_zero(t: Callable[[str], float]) -> Callable[[str], float]:
    """The number type, without what is not above 0."""

    def checker(value: str) -> float:
        parsed = t(value)
        if not parsed > 0 or math.isinf(parsed):
            raise argparse.ArgumentTypeError("must be > 0")
        return parsed

    checker.__name__ = t.__name__  # argparse shows it in its errors
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


def user_count(string: str) -> int:
    """A whole number from 0."""
    try:
        count = int(string)
    except ValueError:
        raise argparse.ArgumentTypeError(f"invalid int value: '{string}'") from None
    if count < 0:
        raise argparse.ArgumentTypeError(f"must be 0 or more, not '{string}'")
    return count


def model_directory(string: str) -> str:
    """The name of a directory."""
    if not string:
        raise argparse.ArgumentTypeError("names no directory")
    return string


# How the text of a value becomes one, by the `type` of its option.
VALUE_TYPES: dict[str, Callable[[str], Any]] = {
    "text": str,
    "int": int,
    "user_count": user_count,
    "worker_count": positive_integer,
    "rate": gt_zero(float),
    "timespan": timespan,
    "capitals": str.upper,
    "user_config": json_user_config,
    "directory": model_directory,
    "seconds": network.duration,
    "override": network.override,
    "local_addresses": network.local_addresses,
    "thread_count": network.thread_count,
}

# Those of `get_empty_argument_parser`.
_FIRST_OPTIONS = ("--help", "--locustfile", "--config")


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
        epilog=_EPILOG,
    )
    parser._optionals.title = COMMON
    names = _FIRST_OPTIONS if add_help else _FIRST_OPTIONS[1:]
    add_options(parser, [option_called(name) for name in names], VALUE_TYPES, locust.__version__)
    return parser


def setup_parser_arguments(parser: LocustArgumentParser) -> None:
    """Add the rest of Locust's options to what `get_empty_argument_parser` gives."""
    rest = [
        option for option in OPTIONS if option.era is Era.LOCUST and option.long_name not in _FIRST_OPTIONS
    ]
    add_options(parser, rest, VALUE_TYPES, locust.__version__)
    parser.add_argument_group("User classes").add_argument(
        "user_classes",
        nargs="*",
        metavar="<UserClass1 UserClass2>",
        default=os.environ.get(USER_CLASSES_VARIABLE, "").split(),
        help=f"{USER_CLASSES_HELP} [{USER_CLASSES_VARIABLE}]",
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


def parsed_options(options: Namespace) -> Namespace:
    """`options` with what it lacks of Locust's."""
    for name, value in default_args_dict().items():
        if not hasattr(options, name):
            setattr(options, name, value)
    return options


def model_arguments_help(events: Events, width: int = 80) -> str:
    """What `--help` says, in `width` columns, of the options that the models add; empty if there are none."""
    parser = get_parser(default_config_files=(), events=events)
    builtin = {*default_args_dict(), "help", "version"}
    formatter = argparse.HelpFormatter(prog=parser.prog, max_help_position=26, width=width)
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
                end_process(f"Could not find any locustfiles in directory '{path}'")
            found += files
        elif os.path.exists(path) and path.endswith(".py"):
            found.append(os.path.abspath(path))
        else:
            note = (
                "" if path.endswith(".py") else " Ensure your locustfile ends with '.py' or is a directory."
            )
            end_process(f"Could not find '{path}'.{note} See --help for available options.")
    return found


def download_locustfile_from_url(url: str) -> str:
    """Fetch a model into the folder for temporary files, until the process ends; returns its path."""
    try:
        response = requests.get(url, timeout=60)
        response.raise_for_status()
        ast.parse(response.text)
    except requests.exceptions.RequestException as error:
        end_process(f"Failed to get locustfile from: {url}. Exception: {error}")
    except SyntaxError:
        end_process(f"Failed to get locustfile from: {url}. Response was not valid python code.")
    return keep_until_exit(os.path.basename(urlparse(url).path) or "locustfile.py", response.text)
