"""Reads many command lines in one process, by the Locust or by the locust-nest whose Python runs this.

The argument names the program: `locust` or, for us only, `locust-nest`. Stdin is JSON, a list of {"arguments",
"variables", "files", "model"}: the files are written into an empty directory, which becomes the working directory and
the home, and the code `model` is run as a model's is before its options are known. Stdout is JSON, a list of
{"exit_code", "message", "options"} of which either the second (what went to stderr) or the third is of interest.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import locust
from locust import argument_parser

try:
    import nest_engine
    from locust_nest.cli.reading import CommandLine
except ImportError:
    OURS = False
else:
    OURS = True


def read(arguments: list[str]) -> dict[str, Any]:
    if OURS:
        return vars(CommandLine(arguments, sys.argv[1]).read(locust.events))
    argument_parser.parse_locustfile_option(args=arguments)
    return vars(argument_parser.get_parser().parse_args(args=arguments))


def outcome(line: dict[str, Any]) -> dict[str, Any]:
    hook = locust.events.init_command_line_parser
    before = list(hook._handlers)
    stderr = io.StringIO()
    exit_code: Any = 0
    options: dict[str, Any] = {}
    with contextlib.redirect_stderr(stderr):
        try:
            exec(line["model"], {"events": locust.events})
            options = read(line["arguments"])
        except SystemExit as request:
            exit_code = request.code
        except Exception as error:
            if not OURS or not isinstance(error, nest_engine.UsageError):
                raise
            exit_code = error.exit_code
            print(f"locust: error: {error}", file=sys.stderr)
        finally:
            hook._handlers[:] = before
    return {"exit_code": exit_code, "message": stderr.getvalue(), "options": options}


def main() -> None:
    lines = json.load(sys.stdin)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LOCUST_")}
    outcomes = []
    for line in lines:
        with tempfile.TemporaryDirectory() as folder:
            for name, text in line["files"].items():
                Path(folder, name).write_text(text)
            os.chdir(folder)
            os.environ.clear()
            os.environ.update({**inherited, "HOME": folder, **line["variables"]})
            outcomes.append(outcome(line))
            os.chdir("/")
    json.dump(outcomes, sys.stdout, default=str)


main()
