"""How tasks are declared, collected from classes and selected by tags."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeVar, overload, runtime_checkable

TaskT = TypeVar("TaskT", bound=Callable[..., Any] | type)
# A function taking its user or task set, a bound method of the task set, or a TaskSet class.
Task = Callable[..., Any]


@runtime_checkable
class TaskHolder(Protocol):
    """What has tasks: a user or a task set."""

    tasks: list[Task]


@overload
def task(weight: int = 1) -> Callable[[TaskT], TaskT]: ...
@overload
def task(weight: TaskT) -> TaskT: ...
def task(weight: Any = 1) -> Any:
    """Declare a method, or a nested TaskSet, as a task: `@task` or `@task(weight)`.

    >>> class Forum(TaskSet):
    ...     @task(3)
    ...     def read(self): ...
    ...     @task
    ...     class Thread(TaskSet): ...

    Here a user chooses `read` three times as often as `Thread`.
    """

    def declare(declared: TaskT) -> TaskT:
        check_task_name(declared.__name__)
        declared.locust_task_weight = task_weight  # type: ignore[union-attr]
        return declared

    if callable(weight):
        task_weight = 1
        return declare(weight)  # type: ignore[type-var]
    task_weight = weight
    return declare


def check_task_name(name: str) -> None:
    """Raise if a task cannot have this name; warn if it should not."""
    if name == "run":
        raise Exception("run() drives a user or task set: it can be neither a task nor overridden")
    if name in ("on_start", "on_stop"):
        logging.warning(f"{name} is declared as a task: it runs as one beside the {name[3:]}")


def tag(*tags: str) -> Callable[[TaskT], TaskT]:
    """Name a task, or all tasks of a task set, for the filter of `--tags` and `--exclude-tags`.

    >>> class Forum(TaskSet):
    ...     @tag("read", "fast")
    ...     @task
    ...     def index(self): ...
    """
    if not tags or callable(tags[0]):
        raise ValueError("No tag name was supplied")

    def add_tags(tagged: TaskT) -> TaskT:
        if hasattr(tagged, "tasks"):
            tagged.tasks = [add_tags(inner) for inner in tagged.tasks]
        else:
            # Its own set, not one found on a base class.
            if "locust_tag_set" not in vars(tagged):
                tagged.locust_tag_set = set()  # type: ignore[union-attr]
            tagged.locust_tag_set.update(tags)  # type: ignore[union-attr]
        return tagged

    return add_tags


def expand_tasks(declared: Any) -> list[Task]:
    """The flat list of tasks, each as often as it weighs, of a `tasks` attribute in any of its forms."""
    expanded: list[Task] = []
    for item in declared.items() if isinstance(declared, Mapping) else declared or ():
        if isinstance(item, tuple):
            declared_task, weight = item
            expanded.extend(repeat_task(declared_task, weight))
        else:
            expanded.append(item)
    return expanded


def repeat_task(repeated: Task, weight: int) -> list[Task]:
    return [repeated for _ in range(weight)]  # a weight that is no whole number is a TypeError


def is_declared_task(member: object) -> bool:
    # Not hasattr: a member may answer to any name, as mocks and remote proxies do.
    return "locust_task_weight" in dir(member)


def get_tasks_from_base_classes(bases: Iterable[type], class_dict: dict[str, Any]) -> list[Task]:
    """The tasks of a class about to be made: those of its bases, of its `tasks`, then its decorated members.

    A task which a subclass overrides therefore stays in the list, as in every version of Locust.
    """
    tasks: list[Task] = []
    for base in bases:
        tasks += getattr(base, "tasks", None) or []
    tasks += expand_tasks(class_dict.get("tasks"))
    for member in class_dict.values():
        if is_declared_task(member):
            tasks += repeat_task(member, member.locust_task_weight)
    return tasks


def is_markov_taskset(task: object) -> bool:
    """Whether `task` is a task set that keeps its tasks elsewhere than in `tasks`."""
    return type(task).__name__ == "MarkovTaskSetMeta"


def filter_tasks_by_tags(
    task_holder: Any,
    tags: set[str] | None = None,
    exclude_tags: set[str] | None = None,
    checked: dict[Any, bool] | None = None,
) -> None:
    """Reduce `task_holder.tasks` (of a User or TaskSet class), in place and all levels down, to those
    selected.

    With `tags`, a task needs one of them; with `exclude_tags` it must have none of those, which is the
    stronger rule. None means no such rule. A task set stays while any of its tasks does.
    """
    verdicts: dict[Any, bool] = {} if checked is None else checked

    def selected(candidate: Any) -> bool:
        if hasattr(candidate, "tasks"):
            filter_tasks_by_tags(candidate, tags, exclude_tags, verdicts)
            return bool(candidate.tasks) or is_markov_taskset(candidate)
        own_tags: frozenset[str] = getattr(candidate, "locust_tag_set", frozenset())
        if tags is not None and tags.isdisjoint(own_tags):
            return False
        return exclude_tags is None or exclude_tags.isdisjoint(own_tags)

    for candidate in task_holder.tasks:
        if candidate not in verdicts:
            verdicts[candidate] = selected(candidate)
    task_holder.tasks = [candidate for candidate in task_holder.tasks if verdicts[candidate]]
    keeps_tasks_elsewhere = is_markov_taskset(task_holder) or hasattr(task_holder, "functions")
    if not task_holder.tasks and not keeps_tasks_elsewhere:
        logging.warning(
            f"{task_holder.__name__} had no tasks left after filtering, instantiating it will fail!"
        )
