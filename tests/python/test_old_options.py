"""Options of older versions that still do what they did."""

from __future__ import annotations

from argparse import Namespace
from types import SimpleNamespace
from typing import Any

import pytest

import nest_engine
from locust.env import Environment
from locust_nest.old_options import asks_for_steps, limit_requests, step_load


def test_the_test_ends_with_the_request_of_that_number() -> None:
    environment, ended = Environment(), []
    environment.runner = SimpleNamespace(quit=lambda: ended.append(True))  # type: ignore[assignment]
    limit_requests(environment, Namespace(num_requests=3))
    environment.events.init.fire(environment=environment)
    for number in range(1, 6):
        environment.events.request.fire(request_type="T", name="n", exception=None)
        assert len(ended) == (number >= 3)


def test_without_a_limit_nobody_counts() -> None:
    environment = Environment()
    limit_requests(environment, Namespace())
    assert not environment.events.init._handlers
    with pytest.raises(nest_engine.UsageError, match="must be 1 or more"):
        limit_requests(environment, Namespace(num_requests=0))


def shape(**given: Any) -> Any:
    options = {"num_users": 5, "spawn_rate": 2.0, "run_time": None, "step_users": 2, "step_time": 10}
    return step_load(Namespace(**{**options, **given}))


def ticks(shape: Any, *times: float) -> list[Any]:
    results = []
    for time in times:
        shape.get_run_time = lambda time=time: time
        results.append(shape.tick())
    return results


def test_steps_are_added_until_all_users_are_there() -> None:
    assert ticks(shape(), 0, 9.9, 10, 20, 1000) == [(2, 2.0), (2, 2.0), (4, 2.0), (5, 2.0), (5, 2.0)]
    assert ticks(shape(run_time=15, spawn_rate=None), 14, 15) == [(4, 1.0), None]


def test_steps_need_their_size_and_time() -> None:
    assert not asks_for_steps(Namespace())
    for missing in ({"step_users": 0}, {"step_time": 0}):
        with pytest.raises(nest_engine.UsageError, match="--step-load needs --step-clients and --step-time"):
            shape(**missing)
