"""Where the binary enters Python: plain questions are answered at once, a run is prepared by `main`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

import nest_engine

from .cli import completion, help, reference
from .cli.version import FOLLOWED_VERSION
from .output import show

# What names models, whose options --help then shows too.
_NAMES_MODELS = ("-f", "--lo", "-d", "--model")


def main() -> int:
    """Do what `sys.argv` asks for; returns the exit code of the process."""
    program, arguments = sys.argv[0], sys.argv[1:]
    ours = os.path.basename(program) != "locust"
    text = _plain_answer(arguments, ours)
    if text is None:
        from . import main as runs  # takes its time, with all that models may use

        return runs.run(arguments, program)
    return _print(text, "locust-nest" if ours else "locust")


def _plain_answer(arguments: Sequence[str], ours: bool) -> str | None:
    """The answer to --version, or to --help where no models are named."""
    if "--" in arguments:
        arguments = arguments[: arguments.index("--")]
    asked = [argument for argument in arguments if argument in ("-h", "--help", "-V", "--version")]
    if not asked:
        return None
    if asked[0] in ("-V", "--version"):
        return help.version_text(ours, nest_engine.__version__, FOLLOWED_VERSION)
    if any(argument.startswith(_NAMES_MODELS) for argument in arguments):
        return None
    return help.help_text(ours, help.terminal_width())


def print_text() -> int:
    """Print what `completion` and `reference` make; `sys.argv` has been checked by the binary."""
    _, command, variety = sys.argv
    return _print(_TEXTS[command, variety](), "locust-nest")


def _print(text: str, program: str) -> int:
    try:
        show(text)
    except nest_engine.UsageError as error:
        print(f"{program}: error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


_TEXTS: dict[tuple[str, str], Callable[[], str]] = {
    ("completion", "bash"): lambda: completion.completion("bash"),
    ("completion", "zsh"): lambda: completion.completion("zsh"),
    ("reference", "markdown"): reference.markdown,
    ("reference", "man"): lambda: reference.man_page(nest_engine.__version__),
}
