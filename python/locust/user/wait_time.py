"""Functions that make a `wait_time`: how long a user waits after each task, in seconds."""

from __future__ import annotations

import random  # noqa: F401
from collections.abc import Callable
from time import perf_counter  # noqa: F401

import nest_engine

# In which `random` and `perf_counter` are looked up at each wait.
_globals = globals()

# Called with the user or task set; any parameters, so that it may stand in the place of a method.
WaitTime = Callable[..., float]


def between(min_wait: float, max_wait: float) -> WaitTime:
    """A random time from `min_wait` to `max_wait` seconds, all equally likely.

    >>> class Visitor(User):
    ...     wait_time = between(3, 10.5)
    """

    return nest_engine.WaitTime("between", _globals, min_wait, max_wait)


def constant(wait_time: float) -> WaitTime:
    """Always `wait_time` seconds.

    >>> class Visitor(User):
    ...     wait_time = constant(3)
    """

    return nest_engine.WaitTime("constant", _globals, wait_time)


def constant_pacing(wait_time: float) -> WaitTime:
    """What is left of `wait_time` seconds after the task, so that tasks start at that interval.

    A task that took longer is followed by the next one at once. Time counts from the making of the user or
    task set which has the `wait_time`.

    >>> class Visitor(User):
    ...     wait_time = constant_pacing(10)
    """

    return nest_engine.WaitTime("constant_pacing", _globals, wait_time)


def constant_throughput(task_runs_per_second: float) -> WaitTime:
    """The wait that makes a user run its tasks at most `task_runs_per_second` times per second.

    >>> class Visitor(User):
    ...     wait_time = constant_throughput(0.1)
    """
    if task_runs_per_second <= 0:
        raise ValueError(f"constant_throughput() requires a positive rate, got: {task_runs_per_second}")
    return constant_pacing(1 / task_runs_per_second)


def poisson(rate: float) -> WaitTime:
    """Exponentially distributed waits of `1 / rate` seconds in the mean: tasks come as a Poisson process.

    >>> class Visitor(User):
    ...     wait_time = poisson(2)
    """
    if rate <= 0:
        raise ValueError(f"poisson() requires a positive rate, got: {rate}")

    return nest_engine.WaitTime("poisson", _globals, rate)
