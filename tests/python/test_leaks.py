"""The tests of test_leaks_*_native.py can fail: whoever leaves something behind is found."""

from __future__ import annotations

import ctypes
from typing import Any

import pytest
from leaks import heap, left_over_by

import nest_engine

take_reference = ctypes.pythonapi.Py_IncRef
give_reference = ctypes.pythonapi.Py_DecRef
for function in (take_reference, give_reference):
    function.argtypes = [ctypes.py_object]
    function.restype = None


def test_an_object_that_stays_is_found() -> None:
    kept: list[Any] = []
    left = left_over_by(lambda: kept.append([]))
    assert left["objects"] >= 1
    assert left["blocks"] >= 1


@pytest.mark.skipif(heap() == 0, reason="a sanitizer's malloc does not tell")
def test_memory_that_stays_is_found() -> None:
    kept: list[bytearray] = []
    assert left_over_by(lambda: kept.append(bytearray(1000)))["bytes"] >= 1000


def test_a_reference_too_many_is_found() -> None:
    mine = object()

    def use() -> None:
        for thing in (None, nest_engine.Exchange, mine):
            take_reference(thing)

    assert left_over_by(use, mine=mine) == {
        "references to None": 1,
        "references to nest_engine.Exchange": 1,
        "references to mine": 1,
    }


def test_a_reference_too_few_is_found() -> None:
    mine = object()
    for _ in range(10000):
        take_reference(mine)
    assert left_over_by(lambda: give_reference(mine), mine=mine) == {"references to mine": -1}
