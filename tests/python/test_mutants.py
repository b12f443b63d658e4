"""The table of `scripts/mutants` keeps up with the sources; the mutants themselves are run by that script."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from test_parity_document import is_there

sys.path.append(str(Path(__file__).resolve().parents[1]))
from mutants.mutant import all_mutants

MUTANTS = all_mutants()


def test_every_mutant_changes_something_and_leaves_code_that_compiles():
    for mutant in MUTANTS:
        assert all(change.old != change.new for change in mutant.changes)
        for file, source in mutant.mutated_sources().items():
            compile(source, file, "exec")


def test_every_test_that_is_to_notice_a_mutant_exists():
    assert all(mutant.tests for mutant in MUTANTS)
    assert [test for mutant in MUTANTS for test in mutant.tests if not is_there(test)] == []


def test_facts_are_told_apart():
    assert [fact for fact, count in Counter((m.topic, m.fact) for m in MUTANTS).items() if count > 1] == []
