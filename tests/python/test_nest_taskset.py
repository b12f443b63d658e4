"""Loose TaskSets run in turns, and are not changed for it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import gevent
import pytest

import locust
from locust import HttpUser, MarkovTaskSet, SequentialTaskSet, TaskSet, task, transition
from locust.env import Environment
from locust.exception import StopUser
from locust_nest.discovery import is_taskset_class
from locust_nest.nest_taskset import hands_back, make_nest_user, whole_weights


def run(user_class: Any) -> None:
    """Runs one user until a task raises StopUser."""
    user = user_class(Environment(user_classes=[user_class], host="http://localhost"))
    with gevent.Timeout(30):
        user.run()


def nest_user(*weighted: tuple[Any, float]) -> Any:
    user_class = make_nest_user(weighted)
    user_class.host = "http://localhost"
    return user_class


def recorder(name: str, log: list[str], limit: int = 1000) -> Any:
    """A task that notes its name, and ends the user when there are enough notes."""

    def note(taskset: Any) -> None:
        log.append(name)
        if len(log) >= limit:
            raise StopUser()

    return note


def test_tasksets_take_turns_in_proportion_to_their_weights() -> None:
    log: list[str] = []

    class Often(TaskSet):
        tasks = [recorder("often", log, 4000)]

    class Rarely(TaskSet):
        tasks = [recorder("rarely", log, 4000)]

    run(nest_user((Often, 3), (Rarely, 1)))
    counts = Counter(log)
    assert 2 < counts["often"] / counts["rarely"] < 4.5


def test_a_taskset_starts_and_stops_each_time_it_has_its_turn() -> None:
    log: list[str] = []

    class Loose(TaskSet):
        tasks = [recorder("task", log, 200)]

        def on_start(self) -> None:
            log.append("start")

        def on_stop(self) -> None:
            log.append("stop")

    run(nest_user((Loose, 1)))
    turns = " ".join(log).split("start")[1:]
    assert len(turns) > 10
    assert all(turn.split()[-1] == "stop" for turn in turns)


def test_a_sequence_hands_back_after_its_last_task() -> None:
    log: list[str] = []

    class Steps(SequentialTaskSet):
        tasks = [recorder("1", log), recorder("2", log)]
        third = task(2)(recorder("3", log))

    class Other(SequentialTaskSet):
        tasks = [recorder("o", log), recorder("p", log)]

    run(nest_user((Steps, 1), (Other, 1)))
    assert "".join(log).replace("1233", "").replace("op", "") in ("", "1", "12", "123", "o")
    assert {"1", "o"} <= set(log)


@pytest.mark.skipif(not hasattr(locust, "TaskSequence"), reason="the legacy API is ours")
def test_a_legacy_sequence_hands_back_after_its_last_task() -> None:
    from locust import TaskSequence, seq_task

    log: list[str] = []

    class Steps(TaskSequence):
        second = seq_task(2)(recorder("2", log))
        first = seq_task(1)(recorder("1", log))

        def on_start(self) -> None:
            log.append("s")

    run(nest_user((Steps, 1)))
    assert "".join(log).replace("s12", "") in ("", "s", "s1")


def test_a_taskset_that_makes_its_tasks_when_it_starts_hands_back_too() -> None:
    log: list[str] = []

    class Loose(TaskSet):
        tasks = [recorder("unused", log)]

        def on_start(self) -> None:
            log.append("start")
            self.tasks = [recorder("own", log)]

    run(nest_user((Loose, 1)))
    assert set(log) == {"start", "own"}
    assert log.count("start") > 10


def test_the_taskset_itself_is_not_changed() -> None:
    class Loose(TaskSet):
        """What it does."""

        @task
        def one(self) -> None: ...

    members = dict(vars(Loose))
    running = hands_back(Loose)
    make_nest_user([(Loose, 1)])
    assert dict(vars(Loose)) == members
    assert running.tasks == Loose.tasks and running.tasks is not Loose.tasks
    assert (running.__name__, running.__qualname__, running.__module__, running.__doc__) == (
        Loose.__name__,
        Loose.__qualname__,
        Loose.__module__,
        Loose.__doc__,
    )


def test_the_nest_user_is_an_http_user_weighing_as_much_as_its_tasksets() -> None:
    class Loose(TaskSet):
        @task
        def one(self) -> None: ...

    class Other(Loose): ...

    user_class: Any = make_nest_user([(Loose, 2), (Other, 3)])
    assert issubclass(user_class, HttpUser) and not user_class.abstract
    assert user_class.__name__ == "NestUser" and user_class.weight == 5
    (taskset,) = user_class.tasks
    assert taskset.__name__ == "NestTaskset"
    assert Counter(member.__name__ for member in taskset.tasks) == {"Loose": 2, "Other": 3}


@pytest.mark.parametrize(
    ("weights", "whole"),
    [([1, 1], [1, 1]), ([10, 20], [1, 2]), ([0.5, 1.5], [1, 3]), ([1000000, 500000], [2, 1]), ([7], [1])],
)
def test_weights_become_the_smallest_whole_numbers(weights: list[float], whole: list[int]) -> None:
    assert whole_weights(weights) == whole


def test_a_markov_chain_hands_back_and_begins_anew() -> None:
    log: list[str] = []

    class Chain(MarkovTaskSet):
        @transition("second")
        def first(self) -> None:
            log.append("first")

        @transition("third")
        def second(self) -> None:
            log.append("second")

        @transition("second")
        def third(self) -> None:
            log.append("third")

        def on_stop(self) -> None:
            log.append("stop")
            if log.count("stop") == 50:
                raise StopUser()

    run(nest_user((Chain, 1)))
    turns = " ".join(log).split("stop")[:-1]
    assert len(turns) == 50
    # Whatever the turn before ended with.
    assert all(turn.split()[:1] in ([], ["first"]) for turn in turns)
    # One of four at each step: three steps per turn in the mean.
    assert 60 < len(log) - 50 < 300


def test_a_loose_markov_chain_is_found() -> None:
    class Chain(MarkovTaskSet):
        @transition("only")
        def only(self) -> None: ...

    class Base(MarkovTaskSet):
        abstract = True

    assert is_taskset_class(Chain)
    assert not is_taskset_class(Base)
