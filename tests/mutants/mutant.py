"""What a mutant is, and how the `.diff` files beside this one tell of them.

    == B: what is untrue in the mutant
    locust/user/task.py
    test_api_lifecycle.py::test_that_fails
     a line that stays
    -a line that goes
    +a line that comes

The letter, or a word, is the section of docs/parity.md. The lines that stay and go are in the file, below python/,
once. There may be several tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
PYTHON = ROOT / "python"
TESTS = ROOT / "tests/python"


@dataclass(frozen=True)
class Mutant:
    """A change of one place in our source that makes a fact untrue, and the tests that are to notice."""

    topic: str
    fact: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def mutated_source(self) -> str:
        """Raises ValueError if the place is not there, or is there more than once."""
        source = "\n" + (PYTHON / self.file).read_text()
        if source.count("\n" + self.old) != 1:
            raise ValueError(f"{self.file} has {source.count(self.old)} times:\n{self.old}")
        return source.replace("\n" + self.old, "\n" + self.new)[1:]

    def test_ids(self) -> list[str]:
        """What pytest is to run."""
        return [str(TESTS / test) for test in self.tests]


def all_mutants() -> list[Mutant]:
    return [mutant for file in sorted(FOLDER.glob("*.diff")) for mutant in mutants_in(file.read_text())]


def mutants_in(text: str) -> Iterator[Mutant]:
    for part in re.split(r"^== ", text, flags=re.MULTILINE)[1:]:
        title, file, *lines = part.rstrip().splitlines()
        topic, fact = title.split(": ", 1)
        tests = tuple(line for line in lines if line.startswith("test_"))
        changed = lines[len(tests) :]
        yield Mutant(topic, fact, file, side(changed, "-"), side(changed, "+"), tests)


def side(lines: list[str], sign: str) -> str:
    """The text before (`-`) or after (`+`) the change; an empty line stays."""
    return "".join(line[1:] + "\n" for line in lines if line[:1] in ("", " ", sign))
