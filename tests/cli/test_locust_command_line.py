"""Locust and we read the same command lines, variables and configuration files to the same effect.

LOCUST_ORACLE_PYTHON is the Python of the real Locust. The table is in `command_lines.py`.
"""

import json
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from command_lines import LINES, Line

SCRIPT = str(Path(__file__).with_name("read_command_lines.py"))
DEADLINE_S = 120


def read_all(*python: str, program: str = "locust") -> list[dict[str, Any]]:
    lines = [
        {
            "arguments": line.arguments,
            "variables": dict(line.variables),
            "files": dict(line.files),
            "model": line.model,
        }
        for line in LINES
    ]
    result = subprocess.run(
        [*python, SCRIPT, program],
        input=json.dumps(lines),
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )
    assert result.returncode == 0, result.stderr
    outcomes: list[dict[str, Any]] = json.loads(result.stdout)
    return outcomes


@pytest.fixture(scope="module")
def outcomes() -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """By the line's name, what Locust makes of it and what we do."""
    with ThreadPoolExecutor() as pool:
        theirs = pool.submit(read_all, os.environ["LOCUST_ORACLE_PYTHON"])
        ours = pool.submit(read_all, os.environ["LOCUST_NEST_BINARY"], "python")
        pairs = zip(theirs.result(), ours.result(), strict=True)
        return {line.name: pair for line, pair in zip(LINES, pairs, strict=True)}


def message(outcome: dict[str, Any]) -> str:
    """What is wrong, without the program's name."""
    return re.sub(r"^\S+: error: ", "", outcome["message"]).strip()


def test_the_table_is_of_a_size() -> None:
    assert len(LINES) >= 280
    assert len({line.name for line in LINES}) == len(LINES)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_a_line_is_read_as_locust_does(
    line: Line, outcomes: dict[str, tuple[dict[str, Any], dict[str, Any]]]
) -> None:
    theirs, ours = outcomes[line.name]
    common = {name: value for name, value in ours["options"].items() if name in theirs["options"]}
    same = (theirs["exit_code"], message(theirs)) == (ours["exit_code"], message(ours))
    same = same and common == theirs["options"]
    if line.instead is None:
        assert (ours["exit_code"], message(ours)) == (theirs["exit_code"], message(theirs))
        assert common == theirs["options"]
        return
    assert not same, "no difference any more: drop the note"
    assert ours["exit_code"] == line.instead.exit_code, message(ours)
    assert message(ours).startswith(line.instead.message)
    for name, value in line.instead.options.items():
        assert ours["options"][name] == value, name


def test_called_by_our_own_name_we_read_the_same(
    outcomes: dict[str, tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    own = re.compile(r"(^| )(-T|-d|-y|--strict|--configure)")
    ours = read_all(os.environ["LOCUST_NEST_BINARY"], "python", program="locust-nest")
    compared = 0
    for line, outcome in zip(LINES, ours, strict=True):
        if own.search(line.words):
            continue
        compared += 1
        as_locust = outcomes[line.name][1]
        assert (outcome["exit_code"], message(outcome)) == (as_locust["exit_code"], message(as_locust)), line
        assert outcome["options"] == as_locust["options"], line
    assert compared > 250
