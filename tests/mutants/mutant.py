"""What a mutant is, and how the `.diff` files beside this one tell of them.

    == B: what is untrue in the mutant
    locust/user/task.py
    test_api_lifecycle.py::test_that_fails
     a line that stays
    -a line that goes
    +a line that comes

The letter, or a word, is the section of docs/parity.md. The lines that stay and go are in the file, below python/,
once. There may be several tests, and several places, with a line @@ between them: what a method does natively is
untrue in a mutant that has no native step for it, and is wrong in Python.
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
    """A change of our source that makes a fact untrue, and the tests that are to notice."""

    topic: str
    fact: str
    file: str
    changes: tuple[tuple[str, str], ...]
    """Of each place, the text before and after."""
    tests: tuple[str, ...]

    def mutated_source(self) -> str:
        """Raises ValueError if a place is not there, or is there more than once."""
        source = "\n" + (PYTHON / self.file).read_text()
        for old, new in self.changes:
            if source.count("\n" + old) != 1:
                raise ValueError(f"{self.file} has {source.count(old)} times:\n{old}")
            source = source.replace("\n" + old, "\n" + new)
        return source[1:]

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
        places = "\n".join(lines[len(tests) :]).split("\n@@\n")
        changes = tuple((side(place.splitlines(), "-"), side(place.splitlines(), "+")) for place in places)
        yield Mutant(topic, fact, file, changes, tests)


def side(lines: list[str], sign: str) -> str:
    """The text before (`-`) or after (`+`) the change; an empty line stays."""
    return "".join(line[1:] + "\n" for line in lines if line[:1] in ("", " ", sign))
