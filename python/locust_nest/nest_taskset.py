"""Running TaskSets that no user lists: `-T` makes them the weighted tasks of one HTTP user.

`NestUser` (an `HttpUser` of `--host`, or of the one host that all users have) runs `NestTaskset`, which picks
a TaskSet by weight, runs it until it hands control back, and picks the next one at once. What the TaskSets do
not say themselves is Locust's default: without a `wait_time` (or `min_wait`/`max_wait` where Locust honours
them) there is no wait.

A loose TaskSet would never hand control back. So what runs is a subclass made here, which has one more task,
`stop`, equally likely as each of the others; a sequence stops after its last task. The class itself, and any
user that runs it elsewhere, stay as they are.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import Any

import locust
from locust import HttpUser, SequentialTaskSet, TaskSet
from locust.user.markov_taskset import get_markov_tasks
from locust.user.task import is_markov_taskset

_SEQUENCES: tuple[type, ...] = tuple(filter(None, (SequentialTaskSet, getattr(locust, "TaskSequence", None))))


def stop(taskset: TaskSet) -> None:
    """The task that hands control back to the `NestTaskset`."""
    taskset.interrupt()


def make_nest_user(weighted_tasksets: Sequence[tuple[Any, float]]) -> type[HttpUser]:
    """The HTTP user that runs the TaskSets, each with its weight (> 0).

    Its own weight is the sum, so that a TaskSet of weight 2 gets as many simulated users as a user class of
    weight 2."""
    weights = whole_weights([weight for _, weight in weighted_tasksets])
    weighted = {
        hands_back(taskset): weight for (taskset, _), weight in zip(weighted_tasksets, weights, strict=True)
    }

    class NestTaskset(TaskSet):
        """Runs one TaskSet after the other."""

        tasks = weighted  # type: ignore[assignment]

    class NestUser(HttpUser):
        """Runs the TaskSets that no other user runs."""

        tasks = [NestTaskset]
        weight = sum(weight for _, weight in weighted_tasksets)  # type: ignore[assignment]

    return NestUser


def hands_back(taskset_class: Any) -> Any:
    """A subclass of the TaskSet that interrupts itself: now and then, or at the end of the sequence.

    Done when the next task is chosen, so it holds as well for a TaskSet that gives itself tasks when it
    starts, and for tasks selected by tags."""
    chooser = _stop_after_the_last if issubclass(taskset_class, _SEQUENCES) else _stop_as_one_of_the_tasks
    # Abstract, for a Markov chain is only looked for in the class itself.
    is_chain = {"abstract": True} if is_markov_taskset(taskset_class) else {}
    return type(taskset_class)(
        taskset_class.__name__,
        (taskset_class,),
        {
            **is_chain,
            "get_next_task": chooser(taskset_class),
            "__module__": taskset_class.__module__,
            "__qualname__": taskset_class.__qualname__,
            "__doc__": taskset_class.__doc__,
        },
    )


def _stop_as_one_of_the_tasks(base: Any) -> Any:
    chain = [task for owner in base.__mro__ for task in get_markov_tasks(vars(owner))]

    def get_next_task(self: Any) -> Any:
        tasks = self.tasks or chain
        if tasks and random.randrange(len(tasks) + 1) == 0:
            return stop
        return base.get_next_task(self)

    return get_next_task


def _stop_after_the_last(base: Any) -> Any:
    def get_next_task(self: Any) -> Any:
        done = self.__dict__.get("_nest_tasks_done", 0)
        if done and done >= len(self.tasks):
            self._nest_tasks_done = 0
            return stop
        self._nest_tasks_done = done + 1
        return base.get_next_task(self)

    return get_next_task


def whole_weights(weights: Sequence[float]) -> list[int]:
    """The smallest whole numbers in the same proportion; a task list repeats each task that often."""
    fractions = [Fraction(weight).limit_denominator(1000) for weight in weights]
    common = lcm(*(fraction.denominator for fraction in fractions))
    # Less than a thousandth is rounded up: a weight above zero must not lose its TaskSet.
    whole = [max(1, int(fraction * common)) for fraction in fractions]
    divisor = gcd(*whole)
    return [number // divisor for number in whole]
