"""Questions at the terminal: the weights (`--configure`), the model directory, and whether to run.

Answers may come from a pipe. Its end in the middle of the questions is an error: a half-made configuration is
neither saved nor run. Ctrl-C comes out as KeyboardInterrupt.
"""

from __future__ import annotations

import json
import math
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from typing import Any

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
        """Asks for every weight, offering the one in force, and sets it."""
        self._write("The weight of a class is its share of the simulated users; 0 leaves it out.")
        for user in users:
            if user.fixed_count:
                self._write(f"{user.member.display_name}: always {user.fixed_count} users (fixed_count)")
            else:
                user.weight = self._weight(f"Weight of {user.member.display_name}", user.weight)
        for taskset in tasksets:
            taskset.weight = self._weight(f"Weight of TaskSet {taskset.member.display_name}", taskset.weight)

    def offer_to_save(
        self, path: str, users: Sequence[Weighted], tasksets: Sequence[Weighted], assume_yes: bool = False
    ) -> bool:
        """Asks whether to write the weights to the configuration file `path`; returns whether it was done."""
        if not assume_yes and not self.confirm(f"Save the weights to {path}?"):
            return False
        save(path, users, tasksets)
        self._write(f"Saved {path}")
        return True

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

    def _weight(self, label: str, default: float) -> float:
        while True:
            answer = self._ask(f"{label} [{default:g}]: ")
            if not answer:
                return default
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


def save(path: str, users: Sequence[Weighted], tasksets: Sequence[Weighted]) -> None:
    """Writes the weights into the configuration file, and keeps everything else that is in it.

    The file is replaced as a whole or not at all. UsageError if it cannot be written, or is not JSON."""
    config: dict[str, Any] = {}
    try:
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                config = json.load(file)
        config["locusts"] = config_entries(users)
        config["total_locusts"] = sum(config["locusts"].values())
        if tasksets:
            config["tasksets"] = config_entries(tasksets)
            config["total_tasksets"] = sum(config["tasksets"].values())
        _replace(path, json.dumps(config, indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        raise usage_error(f"cannot write the configuration file '{path}': {error.strerror}", 1) from error
    except (ValueError, TypeError) as error:
        raise usage_error(f"the configuration file '{path}' is not a JSON object: {error}", 1) from error


def _replace(path: str, text: str) -> None:
    directory = os.path.dirname(os.path.abspath(path))
    os.makedirs(directory, exist_ok=True)
    mode = os.stat(path).st_mode & 0o777 if os.path.exists(path) else 0o644
    descriptor, temporary = tempfile.mkstemp(dir=directory, prefix=".config-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(temporary, mode)
        os.replace(temporary, os.path.realpath(path))
    except BaseException:
        os.unlink(temporary)
        raise
