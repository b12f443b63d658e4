"""What a row of the table of options consists of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any


class Takes(Enum):
    """What follows an option."""

    NOTHING = "nothing"  # a flag
    VALUE = "value"  # one value; a later occurrence replaces an earlier one
    VALUES = "values"  # one value, every occurrence counts
    WORDS = "words"  # all words up to the next option, maybe none


class Era(Enum):
    """Whose option it is."""

    LOCUST = "Locust's"
    OLD = "of older versions of Locust"  # a model may have an option of this name: then it is the model's
    OURS = "locust-nest's"  # the same; and unknown when the program is called `locust`


@dataclass(frozen=True)
class Option:
    """One option: a new one is a new row, and nothing else."""

    # All spellings, the ones for short lists first: ("-u", "--users").
    names: tuple[str, ...]
    # One of `table.GROUPS`.
    group: str
    # One paragraph; empty for what --help does not show.
    help: str = ""
    takes: Takes = Takes.NOTHING
    metavar: str = ""
    # Its name in `environment.parsed_options`; "" for the first long name with underscores.
    dest: str = ""
    # The kind of its value: a name in `locust.argument_parser.VALUE_TYPES`.
    type: str = "text"
    default: Any = None
    choices: tuple[str, ...] = ()
    # The environment variable that sets it.
    environment: str = ""
    era: Era = Era.LOCUST
    # The option for which this is another spelling; it then has that one's dest, type and default.
    stands_for: str = ""
    # It turns the flag off for which it stands.
    negates: bool = False
    # Why it is refused, for what belongs to parts that do not exist yet.
    missing: str = ""
    # What replaced it, for options which Locust itself refuses.
    successor: str | None = None

    @property
    def long_name(self) -> str:
        """The first spelling with two dashes."""
        return next(name for name in self.names if name.startswith("--"))

    @property
    def destination(self) -> str:
        """Its attribute of the parsed options."""
        return self.dest or self.long_name[2:].replace("-", "_")

    @property
    def absent(self) -> Any:
        """Its attribute of the parsed options when nobody gives it."""
        if self.takes is Takes.VALUES:
            return []
        return False if self.takes is Takes.NOTHING and self.successor is None else self.default

    @property
    def config_keys(self) -> list[str]:
        """What sets it in a configuration file; none for what only the command line sets."""
        if self.long_name in ("--config", "--version", "--help"):
            return []
        return [name[2:] for name in self.names if name.startswith("--")]
