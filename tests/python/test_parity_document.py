"""docs/parity.md is the map of the API: every test that it names exists, and every line of a table names one."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
# Without the introduction, which tells how to read the references.
DOCUMENT = (ROOT / "docs/parity.md").read_text().split("\n## ", 1)[1]

CODE = re.compile(r"`([^`]+)`")
TEST_FILE = re.compile(r"(?:tests/\w+/)?(test_\w+\.py)(?:::([\w:]+))?")


@cache
def names_in(file: Path) -> frozenset[str]:
    """The functions and classes of a file, the methods of a class as `Class::method`."""
    names: set[str] = set()
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}::{part.name}" for part in node.body if isinstance(part, ast.FunctionDef)}
    return frozenset(names)


@cache
def sources(folder: str, pattern: str) -> str:
    return "\n".join(file.read_text() for file in (TESTS / folder).rglob(pattern))


def is_there(reference: str) -> bool | None:
    """Whether the test exists; None for a piece of code that names no test."""
    kind, _, name = reference.partition(": ")
    if kind == "parity":
        return bool(re.search(rf'Case\(\s*"{re.escape(name)}"', sources("parity", "cases*.py")))
    if kind == "unit":
        suite, _, test = name.partition(".")
        return bool(re.search(rf"TEST\w*\({suite}, {test}\)", sources("unit", "*.cpp")))
    if match := TEST_FILE.fullmatch(reference):
        files = [TESTS / folder / match[1] for folder in ("python", "cli", "parity")]
        return any(file.exists() and (not match[2] or match[2] in names_in(file)) for file in files)
    if reference.startswith("tests/"):
        return any(ROOT.glob(reference))
    return None


def test_every_test_that_it_names_exists():
    assert [reference for reference in CODE.findall(DOCUMENT) if is_there(reference) is False] == []


def test_every_line_of_a_table_names_a_test():
    rows = [line.strip("| ").split(" | ") for line in DOCUMENT.splitlines() if line.startswith("| ")]
    assert len(rows) > 100
    without = [
        row for row in rows if row != ["what", "held by"] and not any(map(is_there, CODE.findall(row[-1])))
    ]
    assert without == []
