"""Where a command line gets what was not typed: environment variables and configuration files.

As with ConfigArgParse, each setting becomes an argument, put before those that were typed, and what goes before
(the command line, then the environment, then the later files) makes the same setting of the others moot. Done here
rather than by that package, whose versions disagree about lists, empty values and flags that are off.
"""

from __future__ import annotations

import argparse
import glob
import io
import json
import os
from argparse import Action
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn

import configargparse

ON = ("true", "yes", "on", "1")
OFF = ("false", "no", "off", "0")

# Those that take no value.
FLAGS = (
    argparse._StoreTrueAction,
    argparse._StoreFalseAction,
    argparse._StoreConstAction,
    argparse._AppendConstAction,
    argparse._CountAction,
)

Value = str | list[Any]


class Sources:
    """The settings of one parse of `parser`. `UnreadableSettings` for what makes no sense."""

    def __init__(self, parser: Any) -> None:
        self._parser = parser
        # For ConfigArgParse's print_values() and the like: {source: {key: (action, value)}}.
        self.settings: dict[str, dict[str, tuple[Action | None, Any]]] = {}
        # Where the value of an option comes from, by the option's name in error texts.
        self.origins: dict[str, str] = {}
        # Flags that a higher source has turned on or off.
        self._decided: set[Action] = set()

    def add_to(
        self, arguments: list[str], variables: Mapping[str, str], files: Iterable[ConfigFile]
    ) -> list[str]:
        """The arguments with what the environment and the files (the first one has the last word) add."""
        if arguments:
            self.settings["command_line"] = {"": (None, list(arguments))}
        arguments = self._with(
            arguments, "environment_variables", list(self._of_environment(variables)), "in the environment: "
        )
        for file in files:
            try:
                items = self._parser._config_file_parser.parse(file)
            except configargparse.ConfigFileParserException as error:
                raise UnreadableSettings(str(error)) from error
            entries = [(key, self._action_of(key), value) for key, value in items.items()]
            arguments = self._with(arguments, f"config_file|{file.name}", entries, f"in {file.name}: ")
        return arguments

    def _of_environment(self, variables: Mapping[str, str]) -> Iterator[tuple[str, Action, Value]]:
        set_before: set[str] = set()
        for action in self._parser._actions:
            name = getattr(action, "env_var", None)
            if not action.option_strings or not name or name not in variables:
                continue
            if getattr(action, "rank", 0) and action.dest in set_before:
                continue  # the old variable beside the one of today
            set_before.add(action.dest)
            yield name, action, _as_list(action, variables[name])

    def _action_of(self, key: str) -> Action | None:
        action: Action | None = self._parser._option_string_actions.get(f"--{key.lstrip('-')}")
        return action

    def _with(
        self, arguments: list[str], source: str, entries: list[tuple[str, Action | None, Value]], where: str
    ) -> list[str]:
        given = _names(arguments)
        added: list[str] = []
        decided: set[Action] = set()
        for key, action, value in entries:
            spellings = self._spellings(action) if action else {f"--{key.lstrip('-')}"}
            if action in self._decided or spellings & given or (value == "" and action and action.nargs):
                continue
            added += _as_arguments(action, key, value)
            if isinstance(action, FLAGS):
                decided.add(action)
            self.settings.setdefault(source, {})[key] = (action, value)
            display_name = "/".join(action.option_strings) if action else f"--{key.lstrip('-')}"
            self.origins[display_name] = f" ({where}{key})"
        self._decided |= decided
        place = self._place(arguments)
        return arguments[:place] + added + arguments[place:]

    def _spellings(self, action: Action) -> set[str]:
        """Of the action and of all that excludes it: if one of them is given, the setting is moot."""
        rivals = [action]
        for group in self._parser._mutually_exclusive_groups:
            if action in group._group_actions:
                rivals += group._group_actions
        rivals += [
            other
            for other in self._parser._actions
            if other.dest == action.dest and getattr(other, "rank", 0) != getattr(action, "rank", 0)
        ]
        return {name for rival in rivals for name in rival.option_strings}

    def _place(self, arguments: list[str]) -> int:
        """Behind leading words, which would be taken for values of an added option."""
        if "--" in arguments:
            return arguments.index("--")
        prefixes = tuple(self._parser.prefix_chars)
        options = [index for index, argument in enumerate(arguments) if argument.startswith(prefixes)]
        return options[0] if options else len(arguments)


class UnreadableSettings(Exception):
    """A configuration file or a variable that cannot be understood; the text is one line."""


class ConfigFile(io.StringIO):
    """The text of a configuration file, with its path for `name`."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__(text)
        self.name = name


def config_files(parser: Any, arguments: list[str]) -> list[ConfigFile]:
    """The configuration files, the one that has the last word first. `UnreadableSettings`."""
    paths = [
        path for pattern in parser._default_config_files for path in glob.glob(os.path.expanduser(pattern))
    ]
    for action in parser._actions:
        if getattr(action, "is_config_file_arg", False) and (named := _value_of(action, arguments)):
            paths.append(os.path.expanduser(named))
    return [_read(path) for path in reversed(paths)]


def _read(path: str) -> ConfigFile:
    try:
        with open(path, encoding="utf-8") as file:
            return ConfigFile(file.read(), path)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UnreadableSettings(f"cannot read the configuration file '{path}': {reason}") from error


class _Finder(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ValueError(message)


def _value_of(action: Action, arguments: list[str]) -> str | None:
    finder = _Finder(add_help=False)
    finder._add_action(action)
    try:
        value: str | None = getattr(finder.parse_known_args(arguments)[0], action.dest, None)
    except ValueError:  # the real parser will say what is wrong
        return None
    return value


def _names(arguments: list[str]) -> set[str]:
    if "--" in arguments:
        arguments = arguments[: arguments.index("--")]
    return {argument.partition("=")[0] if argument.startswith("-") else argument for argument in arguments}


def _as_list(action: Action, value: str) -> Value:
    """`[a, b]` or a JSON list, for an option of several values."""
    several = action.nargs or isinstance(action, argparse._AppendAction)
    if not (several and value.startswith("[") and value.endswith("]")):
        return value
    try:
        items: list[Any] = json.loads(value)
    except ValueError:
        return [item.strip() for item in value[1:-1].split(",")]
    return items


def _as_arguments(action: Action | None, key: str, value: Value) -> list[str]:
    name = action.option_strings[-1] if action else f"--{key.lstrip('-')}"
    if isinstance(value, list):
        return _list_as_arguments(action, name, key, value)
    if isinstance(action, FLAGS):
        if value.lower() in ON:
            return [name]
        if value.lower() in OFF:
            return []
        if isinstance(action, argparse._CountAction) and value.isdigit():
            return [name] * int(value)
        raise UnreadableSettings(
            f"Unexpected value for {key}: '{value}'. Expecting true, yes, on, 1 or false, no, off, 0"
        )
    return [f"{name}={value}"]


def _list_as_arguments(action: Action | None, name: str, key: str, value: list[Any]) -> list[str]:
    # An object is one of --config-users.
    value = [json.dumps(item) if isinstance(item, dict) else item for item in value]
    if action is None or isinstance(action, argparse._AppendAction):
        return [f"{name}={item}" for item in value]
    if action.nargs in ("*", "+") or (isinstance(action.nargs, int) and action.nargs > 1):
        if "--" in value:
            raise UnreadableSettings(f"{key} can't have '--' in its list")
        return [name, *(str(item) for item in value)]
    raise UnreadableSettings(f"{key} can't be set to a list '{value}': it takes one value")
