"""Questions at the terminal: the weights (`--configure`), the model directory, and whether to run.

Answers may come from a pipe. Its end in the middle of the questions is an error: a half-made configuration is
neither saved nor run. Ctrl-C comes out as KeyboardInterrupt.
"""

from __future__ import annotations

import json
import math
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from typing import Any

from locust._report.files import write_whole

from .errors import usage_error
from .weights import Weighted, config_entries


def read_line(prompt: str) -> str:
    """Asks at the terminal. An answer from a pipe is echoed, so that the dialogue reads the same."""
    line = input(prompt)
    if not sys.stdin.isatty():
        print(line)
    return line


class Wizard:
    """Asks through `read`, which is given the prompt and returns a line; tells through `write`.

    `read` raises EOFError when there are no more answers."""

    def __init__(self, read: Callable[[str], str] = read_line, write: Callable[[str], None] = print) -> None:
        self._read = read
        self._write = write

    def configure(self, users: Sequence[Weighted], tasksets: Sequence[Weighted]) -> None:
        """Asks for every weight, offering the one in force, and sets it; after each, says what share that makes.

        '<' goes back to the question before. Begins anew if nothing would run."""
        self._write("The weight of a class is its share of the simulated users; 0 leaves it out.")
        self._write("Enter keeps the value in brackets, < goes back to the class before.")
        for user in users:
            if user.fixed_count:
                self._write(f"{user.member.display_name}: always {user.fixed_count} users (fixed_count)")
        asked = [user for user in users if not user.fixed_count] + list(tasksets)
        position = 0
        while position < len(asked):
            position = max(0, position + self._ask_weight(asked, position, len(asked) - len(tasksets)))
            if position == len(asked) and not any(weighted.runs for weighted in (*users, *tasksets)):
                self._write("Nothing would run: every class has the weight 0. Once more, from the first.")
                position = 0

    def _ask_weight(self, asked: Sequence[Weighted], position: int, first_taskset: int) -> int:
        """Asks for one weight and sets it; returns how many questions to go on from there."""
        weighted = asked[position]
        kind = "TaskSet " if position >= first_taskset else ""
        weight = self._weight(f"Weight of {kind}{weighted.member.display_name}", weighted.weight)
        if weight is None:
            return -1
        weighted.weight = weight
        total = sum(one.weight for one in asked)
        share = f"{100 * weight / total:.1f}%" if weight else "left out"
        self._write(f"    {weight:g} of {total:g}: {share} ({position + 1}/{len(asked)})")
        return 1

    def offer_to_save(
        self, path: str, users: Sequence[Weighted], tasksets: Sequence[Weighted], assume_yes: bool = False
    ) -> bool:
        """Asks whether to write the weights to `path` or to which other file; returns whether it was done."""
        chosen = path if assume_yes else self._file_to_save(path)
        if chosen is None:
            return False
        save(chosen, users, tasksets, path)
        self._write(f"Saved {chosen}")
        if chosen != path:
            self._write(f"To use it: --config_file {shlex.quote(chosen)}")
        return True

    def _file_to_save(self, path: str) -> str | None:
        while True:
            answer = self._ask(f"Save the weights to {path}? [Y/n/another file]: ")
            if answer.lower() in ("", "y", "yes"):
                return path
            if answer.lower() in ("n", "no"):
                return None
            if answer.endswith(".json"):
                return os.path.expanduser(answer)
            self._write("Please answer y, n, or with the name of a .json file.")

    def confirm(self, question: str) -> bool:
        """Asks until the answer is yes or no; just Enter is yes."""
        while True:
            answer = self._ask(f"{question} [Y/n]: ").lower()
            if answer in ("", "y", "yes"):
                return True
            if answer in ("n", "no"):
                return False
            self._write("Please answer y or n.")

    def model_directory(self) -> str:
        """Asks for the directory with the models until there is one of that name."""
        while True:
            directory = os.path.expanduser(self._ask("Directory with the models: "))
            if os.path.isdir(directory):
                return directory
            if directory:
                self._write(f"There is no directory '{directory}'.")

    def _weight(self, label: str, default: float) -> float | None:
        """The answer; None for one question back."""
        while True:
            answer = self._ask(f"{label} [{default:g}]: ")
            if not answer:
                return default
            if answer == "<":
                return None
            weight = parse_weight(answer)
            if weight is not None:
                return weight
            self._write(f"'{answer}' is not a weight: give a number, 0 or more.")

    def _ask(self, prompt: str) -> str:
        try:
            return self._read(prompt).strip()
        except EOFError:
            # The prompt is still waiting on its line.
            self._write("")
            raise usage_error(f"the input ended at the question '{prompt.strip().rstrip(':')}'", 1) from None


def parse_weight(text: str) -> float | None:
    """A finite number that is not negative, whole if it is whole; None for anything else."""
    try:
        weight = float(text)
    except ValueError:
        return None
    if not math.isfinite(weight) or weight < 0:
        return None
    return int(weight) if weight == int(weight) else weight


def save(
    path: str, users: Sequence[Weighted], tasksets: Sequence[Weighted], template: str | None = None
) -> None:
    """Writes the weights into the configuration file, and keeps everything else that is in it.

    A new file has everything else from `template`, if there is such a file.
    The file is replaced as a whole or not at all. UsageError if it cannot be written, or is not JSON."""
    config: dict[str, Any] = {}
    try:
        source = path if template is None or os.path.exists(path) else template
        if os.path.exists(source):
            with open(source, encoding="utf-8") as file:
                config = json.load(file)
        config["locusts"] = config_entries(users)
        config["total_locusts"] = sum(config["locusts"].values())
        if tasksets:
            config["tasksets"] = config_entries(tasksets)
            config["total_tasksets"] = sum(config["tasksets"].values())
        write_whole(path, json.dumps(config, indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        raise usage_error(f"cannot write the configuration file '{path}': {error.strerror}", 1) from error
    except (ValueError, TypeError) as error:
        raise usage_error(f"the configuration file '{path}' is not a JSON object: {error}", 1) from error
