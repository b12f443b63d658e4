"""The texts of --help and --version, from the table of options."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import textwrap
from collections.abc import Iterable

from .option import Era, Option, Takes
from .table import GROUPS, OPTIONS, TAGS, USER_CLASSES_HELP, USER_CLASSES_VARIABLE

NARROWEST, WIDEST = 80, 120

_USAGE = {
    True: """\
Usage: locust-nest [options] [UserClass ...]
       locust-nest init [DIR]
       locust-nest python [ARGS ...]
       locust-nest completion bash|zsh
""",
    False: "Usage: locust [options] [UserClass ...]\n",
}

COMMANDS = (
    ("init [DIR]", "Write an example project: models, weights, README"),
    ("python [ARGS ...]", "Run the built-in Python with the engine in it"),
    ("completion bash|zsh", "Print a script that completes options in that shell"),
)

_EXAMPLES = {
    True: (
        "locust-nest --headless -d models -u 50 -r 10 -t 1m -H http://localhost:8080",
        "locust-nest --headless -f my_test.py -T smoke -u 5 -t 30s --csv results",
        "locust-nest -d models -T --configure",
    ),
    False: (
        "locust --headless -f my_test.py -H http://localhost:8080 -u 50 -r 10 -t 1m",
        "locust --headless -T smoke -u 5 -t 30s --csv results MyUser",
    ),
}

SOURCES = (
    "The command line goes before environment variables, these before the file of --config, ./pyproject.toml (table "
    "[tool.locust]), ./locust.conf and ~/.locust.conf, in this order. In these files the keys are the long names "
    "without dashes."
)


def terminal_width() -> int:
    """The columns that a text on stdout may have: 80 if it is no terminal and COLUMNS is not set."""
    columns = os.environ.get("COLUMNS", "")
    if not (columns.isdigit() and int(columns)) and not sys.stdout.isatty():
        return 80
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size().columns))


def help_text(ours: bool, width: int = 80, models_section: str = "") -> str:
    """What --help prints in `width` columns; `ours` unless the program is called `locust`.

    `models_section` is what is to be said of the options that the models add."""
    rows = [option for option in OPTIONS if is_shown(option, ours) and not option.missing]
    column = 26 if width <= 80 else 34
    parts = [f"{_USAGE[ours]}\nRuns unmodified Locust models on a native engine.\n"]
    if ours:
        parts.append("Commands:\n" + "".join(_entry(*command, column, width) for command in COMMANDS))
    for group in GROUPS:
        entries = [
            _entry(heading(option, ours), described(option), column, width)
            for option in rows
            if option.group == group
        ]
        if entries:
            parts.append(f"{group}:\n{''.join(entries)}")
    positional = f"{USER_CLASSES_HELP} [{USER_CLASSES_VARIABLE}]"
    parts.append("User classes:\n" + _entry("UserClass ...", positional, column, width))
    if models_section:
        parts.append(models_section)
    parts.append("Examples:\n" + "".join(f"  {example}\n" for example in _EXAMPLES[ours]))
    parts += [
        _paragraph(text, width)
        for text in (f"In [brackets]: environment variables. {SOURCES}", old_spellings(), _not_yet(ours))
    ]
    return "\n".join(parts)


def is_shown(option: Option, ours: bool) -> bool:
    return bool(option.help) and (ours or option.era is not Era.OURS)


def heading(option: Option, ours: bool) -> str:
    """The option's spellings, short ones first, and what follows it."""
    # Beside our -T, the letter is --tags only with -f.
    names = [name for name in option.names if not (ours and option.group == TAGS and name == "-T")]
    names.sort(key=lambda name: name.startswith("--"))
    return f"{', '.join(names)} {argument_of(option)}".rstrip()


def argument_of(option: Option) -> str:
    if option.takes is Takes.NOTHING:
        return ""
    word = option.metavar.strip("<>").replace(" ", "-").upper()
    return f"[{word} ...]" if option.takes is Takes.WORDS else word


def described(option: Option) -> str:
    return f"{option.help} [{option.environment}]" if option.environment else option.help


def old_spellings() -> str:
    """The old names that are understood, and what they stand for."""
    pairs = [
        f"{', '.join(option.names)} ({option.stands_for})"
        for option in OPTIONS
        if option.stands_for and not option.negates and not _missing(option.stands_for)
    ]
    return f"Old spellings are understood: {', '.join(pairs)}."


def _missing(name: str) -> str:
    return next(option.missing for option in OPTIONS if name in option.names)


def _not_yet(ours: bool) -> str:
    names = [option.long_name for option in OPTIONS if is_shown(option, ours) and option.missing]
    return f"Refused until what they stand for exists: {', '.join(names)}." if names else ""


def _entry(head: str, text: str, column: int, width: int) -> str:
    lines = _wrapped(text.split(), width - column)
    indent = " " * column
    if len(head) + 4 <= column:
        first = f"  {head}".ljust(column) + lines.pop(0)
        return "".join(f"{line}\n" for line in [first, *(indent + line for line in lines)])
    return f"  {head}\n" + "".join(f"{indent}{line}\n" for line in lines)


def _paragraph(text: str, width: int) -> str:
    return "".join(f"{line}\n" for line in _wrapped(text.split(), width))


def _wrapped(words: Iterable[str], width: int) -> list[str]:
    return textwrap.wrap(" ".join(words), width, break_long_words=False, break_on_hyphens=False)


def version_text(ours: bool, version: str, followed: str) -> str:
    """`version` is ours, `followed` that of the Locust whose command line `locust` has."""
    if ours:
        return f"locust-nest {version}\n"
    return f"locust {followed} from locust-nest {version} (Python {platform.python_version()})\n"
