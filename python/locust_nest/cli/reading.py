"""How the program reads its command line, in two steps as Locust does.

1. Before any model is imported: which models are meant. Only they know what the rest is.
2. With the models imported: all of it, by Locust's options, those that the models add, and those of ours and of old
   which no model has taken for itself.
"""

from __future__ import annotations

import argparse
import os
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import locust
from locust._options import RefusedOption, add_options
from locust.argument_parser import (
    DEFAULT_CONFIG_FILES,
    VALUE_TYPES,
    LocustArgumentParser,
    get_empty_argument_parser,
    get_parser,
    parsed_options,
)
from locust.event import Events
from locust_nest.errors import usage_error

from .option import Era, Option
from .table import HTTP, OPTIONS, option_called

NO_WEB_INTERFACE = "the web interface does not exist yet: add --headless to start the test at once"


class CommandLine:
    """The arguments of a run of `program`, which may be called `locust`: then it has no option of ours."""

    def __init__(self, arguments: Sequence[str], program: str) -> None:
        self.arguments = list(arguments)
        self.ours = os.path.basename(program) != "locust"
        self.program = "locust-nest" if self.ours else "locust"
        # The values of our own options, by their `dest`; known once `read` has been called.
        self.own = Namespace()
        first = self._first_step()
        # "help" or "version", whichever was asked for first; "" for a run.
        self.asked: str = (first.asked or [""])[0]
        # Where the models are: what -f and -d say. Empty if nothing does.
        self.locustfiles: list[str] = []
        self.model_dirs: list[str] = list(first.model_dirs)
        # A directory on the command line goes before a file in the environment.
        if first.locustfile is not None and (not self.model_dirs or self._typed("-f", "--locustfile")):
            self.locustfiles = [item.strip() for item in first.locustfile.split(",")]
        # Whether to tell more: the level of the log, before the logging is set up.
        self.debug = first.loglevel == "DEBUG"
        self._letter_t_is_tags = not self.ours or bool(self.locustfiles)
        self._model_dirs_given = list(self.model_dirs)

    def read(self, events: Events) -> Namespace:
        """All options of the run, once the models are imported; fires `init_command_line_parser` on `events`.

        UsageError for an option of what does not exist yet; other mistakes end the process with code 2."""
        parser = get_parser(DEFAULT_CONFIG_FILES, events)
        parser.prog = self.program
        self._refuse_ambiguous_directory(parser)
        self._add_further_options(parser)
        options = parsed_options(parser.parse_args(self.arguments))
        self._take_own(options)
        if self.own.model_dirs != self._model_dirs_given:
            # -yd models: letters joined that only the second step can tell apart.
            raise usage_error("write -d, or --model-dir, as an argument of its own")
        for action, spelling in parser.unavailable:
            origin = parser.origin_of(action)
            name = spelling if spelling and not origin else action.option_strings[0]
            raise usage_error(f"{name} is not supported yet: {action.missing}{origin}")  # type: ignore[attr-defined]
        return options

    def _first_step(self) -> Namespace:
        parser = get_empty_argument_parser(add_help=False)
        parser.prog = self.program
        parser.set_defaults(locustfile=None, asked=None, model_dirs=[])
        for option in (option_called("--help"), option_called("--version")):
            parser.add_argument(
                *option.names, dest="asked", action="append_const", const=option.long_name[2:]
            )
        # Of any value: the second step says if it is none.
        add_options(
            parser, [replace(option_called("--loglevel"), choices=())], VALUE_TYPES, locust.__version__
        )
        if self.ours:
            # The latter only so that a mistake in them is told at once.
            options = [option_called("--model-dir"), *(row for row in OPTIONS if row.group == HTTP)]
            add_options(parser, options, VALUE_TYPES, locust.__version__)
        return parser.parse_known_args(self.arguments)[0]

    def _typed(self, *names: str) -> bool:
        typed = self.arguments[: self.arguments.index("--")] if "--" in self.arguments else self.arguments
        return any(
            argument.partition("=")[0] in names or (argument[:2] in names and argument[:2] != "--")
            for argument in typed
        )

    def _refuse_ambiguous_directory(self, parser: LocustArgumentParser) -> None:
        if not self._model_dirs_given:
            return
        for name in option_called("--model-dir").names:
            if name in parser.option_names and self._typed(name):
                raise usage_error(
                    f"{name}: the models have an option of this name, and so has locust-nest. Start it by its "
                    "other name, locust, which has only Locust's options"
                )

    def _add_further_options(self, parser: LocustArgumentParser) -> None:
        """The spellings of old and ours that no model has taken for itself."""
        for option in OPTIONS:
            if option.era is Era.LOCUST or (option.era is Era.OURS and not self.ours):
                continue
            if free := self._free_names(parser, option):
                dest = _private(option) if option.era is Era.OURS else option.destination
                row = replace(option, names=free, dest=dest)
                add_options(parser, [row], VALUE_TYPES, locust.__version__)

    def _free_names(self, parser: Any, option: Option) -> tuple[str, ...]:
        free = []
        for name in option.names:
            holder: argparse.Action | None = parser._option_string_actions.get(name)
            # Locust itself only says that these were renamed; -T is the directory's unless a file is named.
            gives_way = isinstance(holder, RefusedOption) or (
                holder is not None and holder.dest == "tags" and not self._letter_t_is_tags
            )
            if gives_way:
                parser._handle_conflict_resolve(None, [(name, holder)])
            if holder is None or gives_way:
                free.append(name)
        return tuple(free)

    def _take_own(self, options: Namespace) -> None:
        """Keeps the values of our options apart from those of a model's options of the same names."""
        for option in OPTIONS:
            if option.era is Era.OURS:
                value = options.__dict__.pop(_private(option), option.absent)
                setattr(self.own, option.destination, value)
                if not hasattr(options, option.destination):
                    setattr(options, option.destination, value)


def _private(option: Option) -> str:
    return f"{option.destination} of locust-nest"
