"""Every fault that a server can have, met by Locust's users and by ours: exception, message, status, statistics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from conftest import programs
from fault_differences import FAULT_DIFFERENCES
from outcome import Engine
from probing import compare, probe


def summary(found: dict[str, Any]) -> str:
    """The first of the two answers; how often they were one row is compared as a whole."""
    answer = found["seen"][0]
    if "raised" in answer:
        return f"raises {answer['raised']}"
    length, failure = found["recorded"][0]
    return f"{answer['status']}, length {length}, {failure or 'no failure'}"


def problems(tmp_path: Path) -> list[str]:
    (program,) = programs()[Engine.OURS]
    locust, ours = probe("faults", Path(program), tmp_path)
    assert len(ours) > 280
    summaries = {case: summary(found) for case, found in ours.items()}
    several = [f"{case}: failures of one cause are one row" for case in ours if len(ours[case]["rows"]) > 1]
    return compare(locust, ours, FAULT_DIFFERENCES, summaries) + several


def test_users_get_the_same_from_every_fault(tmp_path: Path) -> None:
    # A second time if a busy machine was late for a limit.
    found = problems(tmp_path) and problems(tmp_path)
    assert not found, "\n".join(found)
