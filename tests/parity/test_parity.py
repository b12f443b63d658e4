"""The same model, run by Locust and by this program against the same server, comes to the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cases import CASES, Case
from comparison import compare
from outcome import Outcome


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_same_outcome(case: Case, outcome_of: Callable[[Case, bool], Outcome]) -> None:
    locust, ours = outcome_of(case, False), outcome_of(case, True)
    problems = compare(case, locust, ours)
    if problems:
        tail = "\n".join(ours.stderr.splitlines()[-25:])
        pytest.fail("\n".join(problems) + f"\n--- end of our stderr ---\n{tail}", pytrace=False)
