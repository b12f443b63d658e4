"""The same model, run by Locust and by this program against the same server, comes to the same."""

from __future__ import annotations

import warnings

import pytest
from case import Case
from cases import CASES
from comparison import compare
from conftest import Runs


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_same_outcome(case: Case, runs: Runs, request: pytest.FixtureRequest) -> None:
    if runs.oracle(case) is None:
        pytest.skip("needs Locust 0.14.6: see scripts/legacy-oracle")
    locust, ours = runs.pair(case)
    first = compare(case, locust, ours)
    if not first:
        return
    problems = first
    if not request.config.getoption("--no-retry"):
        locust, ours = runs.pair_alone(case)
        problems = compare(case, locust, ours)
    if not problems:
        warnings.warn("differed at first, beside other runs:\n" + "\n".join(first), stacklevel=1)
        return
    if ours.exit_code != locust.exit_code:
        problems.append("--- end of our stderr ---\n" + "\n".join(ours.stderr.splitlines()[-25:]))
    pytest.fail("\n".join(problems), pytrace=False)
