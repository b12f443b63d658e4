"""Task sets whose next task depends on the present one: a Markov chain."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import nest_engine

from ..exception import LocustError
from .task import Task, TaskSet, TaskSetMeta, TaskT, check_task_name

__all__ = [
    "InvalidTransitionError",
    "LocustError",
    "MarkovTaskSet",
    "MarkovTaskSetMeta",
    "MarkovTaskT",
    "MarkovTaskTagError",
    "NoMarkovTasksError",
    "NonMarkovTaskTransitionError",
    "TaskSet",
    "TaskSetMeta",
    "Weights",
    "get_markov_tasks",
    "is_markov_task",
    "to_weighted_list",
    "transition",
    "transitions",
    "validate_has_markov_tasks",
    "validate_markov_chain",
    "validate_no_tags",
    "validate_no_unreachable_tasks",
    "validate_task_name",
    "validate_transitions",
]

Weights = Mapping[str, int]
# A method that transitions lead on from.
MarkovTaskT = Callable[..., None]


class NoMarkovTasksError(LocustError):
    """The class has no method with a transition."""


class InvalidTransitionError(LocustError):
    """A transition leads to a name which the class does not define."""


class NonMarkovTaskTransitionError(LocustError):
    """A transition leads to something from which no transition leads on."""


class MarkovTaskTagError(LocustError):
    """A task of the chain has tags: filtering could cut the chain."""


def transition(func_name: str, weight: int = 1) -> Callable[[TaskT], TaskT]:
    """After the decorated task, go on with `func_name`, as likely as `weight` is to the other transitions'.

    >>> class Shopper(MarkovTaskSet):
    ...     @transition("search")
    ...     def enter(self): ...
    ...     @transition("search", 3)
    ...     @transition("enter")
    ...     def search(self): ...
    """
    return transitions({func_name: weight})


def transitions(weights: Weights | Iterable[str | tuple[str, int]]) -> Callable[[TaskT], TaskT]:
    """Several transitions: `{name: weight}`, or a list of names and of `(name, weight)`.

    >>> class Shopper(MarkovTaskSet):
    ...     @transitions({"enter": 1, "search": 3})
    ...     def enter(self): ...
    ...     @transitions(["enter", ("search", 2)])
    ...     def search(self): ...
    """
    if isinstance(weights, Mapping):
        added = dict(weights)
    else:
        added = dict(item if isinstance(item, tuple) else (item, 1) for item in weights)

    def declare(declared: TaskT) -> TaskT:
        if not hasattr(declared, "transitions"):
            declared.transitions = {}  # type: ignore[union-attr]
        declared.transitions.update(added)  # type: ignore[union-attr]
        return declared

    return declare


def is_markov_task(task: object) -> bool:
    """Whether transitions lead on from it."""
    return "transitions" in dir(task)


def get_markov_tasks(class_dict: Mapping[str, Any]) -> list[Any]:
    """The tasks of the chain among the members of a class, in the order of their declaration."""
    return [member for member in class_dict.values() if is_markov_task(member)]


def to_weighted_list(transitions: Weights | list[str]) -> list[str]:
    """Each name as often as it weighs."""
    if isinstance(transitions, list):  # of a function that is in two classes
        return transitions
    return [name for name, weight in transitions.items() for _ in range(weight)]


def validate_has_markov_tasks(tasks: list[Any], classname: str) -> None:
    if not tasks:
        raise NoMarkovTasksError(
            f"No Markov tasks defined in class {classname}: "
            "declare some with @transition or @transitions (or set abstract = True on a base class)"
        )


def validate_transitions(tasks: list[Any], class_dict: Mapping[str, Any], classname: str) -> None:
    for task in tasks:
        for target in task.transitions:
            if not class_dict.get(target):
                raise InvalidTransitionError(
                    f"Transition to {target} from {task.__name__} is invalid: "
                    f"class {classname} does not define {target} itself"
                )
            if not is_markov_task(class_dict[target]):
                raise NonMarkovTaskTransitionError(
                    f"{classname}.{target} cannot be the target of a transition (from {task.__name__}): "
                    "it does not define any transitions of its own"
                )


def validate_no_unreachable_tasks(
    tasks: list[Any], class_dict: Mapping[str, Any], classname: str
) -> list[Any]:
    """Warn about tasks that no way leads to from the first one; returns `tasks`."""
    reached: set[str] = set()
    pending = [tasks[0].__name__]
    while pending:
        name = pending.pop()
        if name not in reached:
            reached.add(name)
            pending += to_weighted_list(class_dict[name].transitions)
    unreachable = {task.__name__ for task in tasks} - reached
    if unreachable:
        logging.warning(f"The following markov tasks are unreachable in class {classname}: {unreachable}")
    return tasks


def validate_task_name(decorated_func: Any) -> None:
    check_task_name(decorated_func.__name__)


def validate_no_tags(task: Any, classname: str) -> None:
    if "locust_tag_set" in dir(task):
        raise MarkovTaskTagError(
            "Tags are unsupported for MarkovTaskSet, since to filter tasks could break the chain. "
            f"Tags of {classname}.{task.__name__}: {task.locust_tag_set}"
        )


def validate_markov_chain(tasks: list[Any], class_dict: Mapping[str, Any], classname: str) -> None:
    """Raise the `LocustError` that says what is wrong with the chain of a class about to be made."""
    validate_has_markov_tasks(tasks, classname)
    validate_transitions(tasks, class_dict, classname)
    validate_no_unreachable_tasks(tasks, class_dict, classname)
    for task in tasks:
        validate_task_name(task)
        validate_no_tags(task, classname)


class MarkovTaskSetMeta(TaskSetMeta):
    """Checks the chain and finds its first task. Only members of the class itself count, not inherited ones."""

    def __new__(
        mcs, classname: str, bases: tuple[type, ...], class_dict: dict[str, Any]
    ) -> MarkovTaskSetMeta:
        if not class_dict.get("abstract"):
            class_dict["abstract"] = False
            tasks = get_markov_tasks(class_dict)
            validate_markov_chain(tasks, class_dict, classname)
            class_dict["current"] = tasks[0]
            for task in tasks:
                task.transitions = to_weighted_list(task.transitions)
        # Past TaskSetMeta: `tasks` stays empty.
        return type.__new__(mcs, classname, bases, class_dict)


class MarkovTaskSet(TaskSet, metaclass=MarkovTaskSetMeta):
    """Runs the task that was declared first, then always one that a transition of the last one leads to.

    >>> class Shopper(MarkovTaskSet):
    ...     @transition("browse")
    ...     def enter(self): ...
    ...     @transitions({"browse": 3, "enter": 1})
    ...     def browse(self): ...
    """

    # A base class, whose chain is not checked. Not inherited.
    abstract: bool = True

    # The task to be run next.
    current: Any

    def get_next_task(self) -> Task:
        chosen = self.current
        self.current = getattr(self, random.choice(chosen.transitions))
        return chosen


MarkovTaskSet.get_next_task = nest_engine.NativeMethod(MarkovTaskSet.get_next_task, "next of chain")  # type: ignore[method-assign]
