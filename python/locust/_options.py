"""Rows of the table of options as argparse knows them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from locust_nest.cli.option import Era, Option, Takes
from locust_nest.cli.table import COMMON, option_called

# A beginning of a name stands for one of the lowest rank: `--cl` is --class-picker, though --clients begins so too.
# Names of ours (-1) are written in full.
_RANKS = {Era.LOCUST: 0, Era.OLD: 1, Era.OURS: -1}


class RefusedOption(argparse.Action):
    """An option that Locust had once: names its successor and ends with code 2."""

    def __init__(self, *args: Any, successor: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.successor = successor

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        instead = f": use {self.successor}" if self.successor else ""
        parser.error(f"{option_string} does not exist any more{instead}")


# These have to be subclasses of argparse's own: ConfigArgParse asks for the class of a flag.
class StoreUnavailable(argparse._StoreAction):
    """Stores its value, and has its parser note that it was given though what it stands for does not exist."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: str | None = None) -> None:
        if values != self.default:
            parser.unavailable.append((self, option_string))
        super().__call__(parser, namespace, values, option_string)


class StoreTrueUnavailable(argparse._StoreTrueAction):
    """The same for a flag."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: str | None = None) -> None:
        parser.unavailable.append((self, option_string))
        super().__call__(parser, namespace, values, option_string)


def add_options(
    parser: Any, options: Iterable[Option], types: Mapping[str, Callable[[str], Any]], version: str
) -> None:
    """Add the rows to the parser, in their groups. `types` are the kinds of values by their name."""
    groups = {group.title: group for group in parser._action_groups}
    for option in options:
        if option.group not in groups and option.group != COMMON:
            groups[option.group] = parser.add_argument_group(option.group)
        container = parser if option.group == COMMON else groups[option.group]
        action = container.add_argument(*option.names, **_keywords(option, types, version))
        action.rank = _RANKS[option.era]
        action.missing = _meaning(option).missing


def _meaning(option: Option) -> Option:
    return option_called(option.stands_for) if option.stands_for else option


def _keywords(option: Option, types: Mapping[str, Callable[[str], Any]], version: str) -> dict[str, Any]:
    shown = option.help or argparse.SUPPRESS
    if "--help" in option.names:
        return {"action": "help", "help": shown}
    if "--version" in option.names:
        return {"action": "version", "version": f"%(prog)s {version}", "help": shown}
    keywords: dict[str, Any] = {
        "dest": option.destination,
        "default": option.absent,
        "env_var": option.environment or None,
        "help": shown,
    }
    if option.successor is not None:
        nargs = {"metavar": option.metavar} if option.takes is Takes.VALUE else {"nargs": 0}
        return {**keywords, **nargs, "action": RefusedOption, "successor": option.successor}
    meaning = _meaning(option)
    if meaning is not option or option.era is Era.OLD:
        # What nobody gives does not show, and the default is that of the option it stands for.
        keywords |= {"dest": meaning.destination, "default": argparse.SUPPRESS}
    if meaning.takes is Takes.NOTHING:
        action = "store_false" if option.negates else "store_true"
        return {**keywords, "action": StoreTrueUnavailable if meaning.missing else action}
    keywords |= {"type": types[meaning.type], "metavar": meaning.metavar or None}
    if meaning.choices:
        keywords["choices"] = meaning.choices
    if meaning.takes is Takes.VALUES:
        return {**keywords, "action": "append"}
    if meaning.takes is Takes.WORDS:
        keywords["nargs"] = "*"
    if meaning.missing:
        keywords["action"] = StoreUnavailable
    elif "--config" in meaning.names:
        keywords["is_config_file_arg"] = True
    return keywords
