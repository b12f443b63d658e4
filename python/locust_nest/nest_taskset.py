"""Running TaskSets that no user lists: `-T` makes them the weighted tasks of one HTTP user.

`NestUser` (an `HttpUser` of `--host`, or of the one host that all users have) runs `NestTaskset`, which picks
a TaskSet by weight, runs it until it hands control back, and picks the next one at once. What the TaskSets do
not say themselves is Locust's default: without a `wait_time` (or `min_wait`/`max_wait` where Locust honours
them) there is no wait.

A loose TaskSet would never hand control back. So what runs is a subclass made here, which has one more task,
to leave, equally likely as each of the others; a sequence leaves after its last task. The class itself, and any
user that runs it elsewhere, stay as they are.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import Any

import locust
import nest_engine
from locust import HttpUser, SequentialTaskSet, TaskSet
from locust.user.markov_taskset import get_markov_tasks
from locust.user.task import is_markov_taskset

_SEQUENCES: tuple[type, ...] = tuple(filter(None, (SequentialTaskSet, getattr(locust, "TaskSequence", None))))


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
    is_sequence = issubclass(taskset_class, _SEQUENCES)
    made = type(taskset_class)(
        taskset_class.__name__,
        (taskset_class,),
        {
            # Abstract, for a Markov chain is only looked for in the class itself.
            **({"abstract": True} if is_markov_taskset(taskset_class) else {}),
            "get_next_task": _next_or_leave if is_sequence else _choose_or_leave,
            "_nest_chain": [
                task for owner in taskset_class.__mro__ for task in get_markov_tasks(vars(owner))
            ],
            "_nest_tasks_done": 0,
            "__module__": taskset_class.__module__,
            "__qualname__": taskset_class.__qualname__,
            "__doc__": taskset_class.__doc__,
        },
    )
    made._nest_base = taskset_class  # not in the body of the class, where it might be a task
    return made


def _choose_or_leave(self: Any) -> Any:
    tasks = self.tasks or self._nest_chain
    if tasks and random.randrange(len(tasks) + 1) == 0:
        return type(self).interrupt
    return self._nest_base.get_next_task(self)


def _next_or_leave(self: Any) -> Any:
    done = self._nest_tasks_done
    if done and done >= len(self.tasks):
        self._nest_tasks_done = 0
        return type(self).interrupt
    self._nest_tasks_done = done + 1
    return self._nest_base.get_next_task(self)


_choose_or_leave = nest_engine.NativeMethod(_choose_or_leave, "choose or leave")
_next_or_leave = nest_engine.NativeMethod(_next_or_leave, "next or leave")


def whole_weights(weights: Sequence[float]) -> list[int]:
    """The smallest whole numbers in the same proportion; a task list repeats each task that often."""
    fractions = [Fraction(weight).limit_denominator(1000) for weight in weights]
    common = lcm(*(fraction.denominator for fraction in fractions))
    # Less than a thousandth is rounded up: a weight above zero must not lose its TaskSet.
    whole = [max(1, int(fraction * common)) for fraction in fractions]
    divisor = gcd(*whole)
    return [number // divisor for number in whole]
