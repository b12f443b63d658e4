"""docs/options.md and the man page, from the table of options. `scripts/reference` writes them."""

from __future__ import annotations

from collections.abc import Iterable

from .help import COMMANDS, SOURCES, argument_of
from .option import Era, Option
from .table import GROUPS, OPTIONS, USER_CLASSES_HELP, USER_CLASSES_VARIABLE

_MARKDOWN_HEAD = f"""\
# Options

Generated from the table in `python/locust_nest/cli/table.py` by `scripts/reference`: edit the table instead.

{SOURCES}

A flag is on with `true`, `yes`, `on` or `1` and off with `false`, `no`, `off` or `0`. Several values are written
`[a, b]`. In a `.conf` file a line is `key = value`, `key: value`, `key value`, or `key` alone for a flag; `#` begins a
comment. A beginning of a long name will do if it is the beginning of one only.

*not yet*: refused by name until what it stands for exists. *ours*: not there when the program is called `locust`.

| word | variable | what it does |
|---|---|---|
| `UserClass ...` | `{USER_CLASSES_VARIABLE}` | {USER_CLASSES_HELP} |
"""


def markdown() -> str:
    """docs/options.md."""
    parts = [_MARKDOWN_HEAD]
    for group in GROUPS:
        lines = [
            f"\n## {group}\n",
            "| option | variable | key | what it does |",
            "|---|---|---|---|",
            *(_markdown_row(option) for option in OPTIONS if option.group == group),
        ]
        parts.append("\n".join(lines) + "\n")
    return "".join(parts)


def _markdown_row(option: Option) -> str:
    argument = argument_of(_meaning(option))
    names = ", ".join(f"`{name}`" for name in option.names) + (f" `{argument}`" if argument else "")
    variable = f"`{option.environment}`" if option.environment else ""
    keys = ", ".join(f"`{key}`" for key in option.config_keys)
    return f"| {names} | {variable} | {keys} | {_remarks(option)} |"


def _remarks(option: Option) -> str:
    marks = []
    if option.era is Era.OURS:
        marks.append("*ours*")
    if _meaning(option).missing:
        marks.append("*not yet*")
    if option.successor is not None:
        instead = f"use `{option.successor}`" if option.successor else "it has no effect any more"
        marks.append(f"an error: {instead}")
    if option.stands_for:
        marks.append(f"no `{option.stands_for}`" if option.negates else f"`{option.stands_for}`")
    text = option.help.replace("|", "\\|").replace("<", "&lt;")
    if not text and option.missing and not option.stands_for:
        text = option.missing
    return ". ".join([*marks, *([text] if text else [])])


def _meaning(option: Option) -> Option:
    if not option.stands_for:
        return option
    return next(other for other in OPTIONS if option.stands_for in other.names)


def man_page(version: str) -> str:
    """The manual, for section 1."""
    lines = [
        f'.TH LOCUST-NEST 1 "" "locust-nest {version}" "User commands"',
        ".nh",
        ".ad l",
        ".SH NAME",
        "locust-nest \\- run unmodified Locust models on a native engine",
        ".SH SYNOPSIS",
        ".B locust-nest",
        "[options] [UserClass ...]",
        ".br",
        *_between(".br", (f".B locust-nest {_roff(command)}" for command, _ in COMMANDS)),
        ".SH COMMANDS",
    ]
    for command, text in COMMANDS:
        lines += [".TP", f".B {_roff(command)}", _roff(f"{text}.")]
    for group in GROUPS:
        rows = [option for option in OPTIONS if option.group == group and not _meaning(option).missing]
        rows = [option for option in rows if option.help or option.stands_for]
        if rows:
            lines.append(f'.SH "{group.upper()}"')
            for option in rows:
                lines += _man_entry(option)
    lines += [
        '.SH "USER CLASSES"',
        _roff(f"{USER_CLASSES_HELP}. Environment: {USER_CLASSES_VARIABLE}."),
        ".SH SOURCES",
        _roff(SOURCES),
        '.SH "EXIT STATUS"',
        *_man_exit_codes(),
    ]
    return "\n".join(lines) + "\n"


EXIT_CODES = (
    ("0", "The test went well; or what was asked for was printed."),
    (
        "1",
        "A request or a task failed (see --exit-code-on-error); or the models or the configuration cannot be used.",
    ),
    ("2", "A mistake in the options; or a listener of an event raised an exception."),
    ("130", "Interrupted before the test began."),
)


def _man_exit_codes() -> Iterable[str]:
    for code, meaning in EXIT_CODES:
        yield from (".TP", f".B {code}", _roff(meaning))


def _man_entry(option: Option) -> list[str]:
    argument = argument_of(_meaning(option))
    names = ", ".join(f"\\fB{_roff(name)}\\fR" for name in option.names)
    text = option.help or f"{'Not' if option.negates else 'The same as'} {option.stands_for}"
    if option.environment:
        text += f". Environment: {option.environment}"
    return [".TP", f"{names} \\fI{_roff(argument)}\\fR" if argument else names, _roff(f"{text}.")]


def _roff(text: str) -> str:
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


def _between(separator: str, lines: Iterable[str]) -> list[str]:
    result: list[str] = []
    for line in lines:
        result += [separator, line] if result else [line]
    return result
