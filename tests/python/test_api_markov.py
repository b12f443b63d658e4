"""Markov chains of tasks: how they are declared, checked and run."""

from __future__ import annotations

import logging
from collections import Counter
from typing import Any

import pytest
from api_harness import run_to_end

from locust import MarkovTaskSet, TaskSet, User, tag, transition, transitions
from locust.exception import LocustError, StopUser
from locust.user.markov_taskset import (
    InvalidTransitionError,
    MarkovTaskTagError,
    NoMarkovTasksError,
    NonMarkovTaskTransitionError,
)
from locust.user.task import filter_tasks_by_tags


def chain(**members: Any) -> Any:
    return type(MarkovTaskSet)("Chain", (MarkovTaskSet,), members)


def step(*decorators: Any, name: str = "a") -> Any:
    def task(self): ...

    task.__name__ = name
    for decorate in decorators:
        task = decorate(task)
    return task


def steps_of(chain_class: Any) -> list[str]:
    """The names that a user of the chain writes down until one of its tasks ends it."""
    log: list[str] = []

    class Walker(User):
        tasks = [chain_class]
        notes = log

    run_to_end(Walker)
    return log


def test_it_starts_with_the_first_declared_and_follows_the_transitions():
    class Chain(MarkovTaskSet):
        @transition("second")
        def first(self):
            self.user.notes.append("first")

        @transition("third")
        def second(self):
            self.user.notes.append("second")

        @transition("first")
        def third(self):
            self.user.notes.append("third")
            if len(self.user.notes) == 6:
                raise StopUser()

    assert steps_of(Chain) == ["first", "second", "third"] * 2
    assert Chain.tasks == []


def test_weights_say_how_likely_a_transition_is():
    class Chain(MarkovTaskSet):
        @transitions({"often": 9, "rarely": 1, "never": 0})
        def hub(self):
            if len(self.user.notes) >= 1000:
                raise StopUser()

        @transition("hub")
        def often(self):
            self.user.notes.append("often")

        @transitions(["hub", ("often", 0)])
        def rarely(self):
            self.user.notes.append("rarely")

        @transition("hub")
        def never(self):
            self.user.notes.append("never")

    counts = Counter(steps_of(Chain))
    assert counts.keys() == {"often", "rarely"}
    assert 820 < counts["often"] < 970


def test_several_decorators_add_up():
    assert step(transition("x"), transition("y", 2), transitions(["z"])).transitions == {
        "x": 1,
        "y": 2,
        "z": 1,
    }


def test_every_run_of_the_task_set_begins_with_the_first():
    log: list[str] = []

    class Chain(MarkovTaskSet):
        @transition("leave")
        def enter(self):
            log.append("enter")

        @transition("enter")
        def leave(self):
            log.append("leave")
            if len(log) >= 6:
                raise StopUser()
            self.interrupt()

    class Walker(User):
        tasks = [Chain]

    run_to_end(Walker)
    assert log == ["enter", "leave"] * 3


def test_a_step_may_be_a_task_set():
    class Chain(MarkovTaskSet):
        @transition("Inner")
        def first(self):
            self.user.notes.append("first")

        @transition("first")
        class Inner(TaskSet):
            def on_start(self):
                self.user.notes.append("inner")
                if len(self.user.notes) == 4:
                    raise StopUser()
                self.interrupt()

    assert steps_of(Chain) == ["first", "inner", "first", "inner"]


def test_without_transitions_there_is_no_chain():
    with pytest.raises(NoMarkovTasksError, match="No Markov tasks defined in class Chain"):
        chain(a=lambda self: None)
    assert issubclass(NoMarkovTasksError, LocustError)


def test_an_abstract_chain_is_not_checked():
    assert chain(abstract=True).abstract is True
    assert chain(a=step(transition("a"))).abstract is False


def test_inherited_tasks_are_not_part_of_a_chain():
    base = chain(a=step(transition("a")))
    with pytest.raises(NoMarkovTasksError):
        type(MarkovTaskSet)("Derived", (base,), {})


def test_a_transition_to_an_unknown_name_is_refused():
    with pytest.raises(InvalidTransitionError, match="b from a is invalid.*Chain"):
        chain(a=step(transition("b")))


def test_a_transition_to_a_dead_end_is_refused():
    with pytest.raises(NonMarkovTaskTransitionError, match="Chain.b cannot be .* target"):
        chain(a=step(transition("b")), b=lambda self: None)


def test_tags_are_refused():
    with pytest.raises(MarkovTaskTagError, match="Chain.a: {'slow'}"):
        chain(a=step(transition("a"), tag("slow")))


def test_run_is_no_name_for_a_step():
    with pytest.raises(Exception, match="run"):
        chain(run=step(transition("run"), name="run"))


def test_unreachable_steps_are_warned_about(caplog):
    with caplog.at_level(logging.WARNING):
        chain(a=step(transitions({"a": 1, "b": 0})), b=step(transition("a"), name="b"))
    assert "unreachable in class Chain: {'b'}" in caplog.text


def test_tag_filters_leave_a_chain_alone():
    chained = chain(a=step(transition("a")))

    class Walker(User):
        tasks = [chained]

    filter_tasks_by_tags(Walker, tags={"any"})
    assert Walker.tasks == [chained]
