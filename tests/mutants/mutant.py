"""What a mutant is, and how the `.diff` files beside this one tell of them.

    == B: what is untrue in the mutant
    locust/user/task.py
    test_api_lifecycle.py::test_that_fails
     a line that stays
    -a line that goes
    +a line that comes

The letter, or a word, is the section of docs/parity.md. The lines that stay and go are in the file, below python/,
once. There may be several tests, and several places, with a line @@ between them, which names the file if that is
another: what a method does natively is untrue in a mutant that has no native step for it, and is wrong in Python.
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
class Change:
    """Of one place."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    """A change of our source that makes a fact untrue, and the tests that are to notice."""

    topic: str
    fact: str
    changes: tuple[Change, ...]
    tests: tuple[str, ...]

    @property
    def file(self) -> str:
        """Of the first place."""
        return self.changes[0].file

    def mutated_sources(self) -> dict[str, str]:
        """By file; raises ValueError if a place is not there, or is there more than once."""
        sources: dict[str, str] = {}
        for change in self.changes:
            source = sources.get(change.file) or "\n" + (PYTHON / change.file).read_text()
            if source.count("\n" + change.old) != 1:
                raise ValueError(f"{change.file} has {source.count(change.old)} times:\n{change.old}")
            sources[change.file] = source.replace("\n" + change.old, "\n" + change.new)
        return {file: source[1:] for file, source in sources.items()}

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
        yield Mutant(topic, fact, tuple(changes_in(file, lines[len(tests) :])), tests)


def changes_in(file: str, lines: list[str]) -> Iterator[Change]:
    places: list[tuple[str, list[str]]] = [(file, [])]
    for line in lines:
        if line.startswith("@@"):
            places.append((line[2:].strip() or file, []))
        else:
            places[-1][1].append(line)
    for place, changed in places:
        yield Change(place, side(changed, "-"), side(changed, "+"))


def side(lines: list[str], sign: str) -> str:
    """The text before (`-`) or after (`+`) the change; an empty line stays."""
    return "".join(line[1:] + "\n" for line in lines if line[:1] in ("", " ", sign))
