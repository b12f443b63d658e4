"""The classes of Locust 0.7 to 0.14, with the behaviour they had there.

A model chooses its era by the class it derives from; both may run in one test.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from functools import cache
from time import perf_counter
from typing import TYPE_CHECKING, Any

from gevent import GreenletExit
from gevent.lock import RLock

import nest_engine

from .._texts import text_of
from ..clients import HttpSession
from ..exception import LocustError, RescheduleTask, RescheduleTaskImmediately, StopTest, StopUser
from .task import LOCUST_STATE_RUNNING, Task, TaskSet, TaskT
from .users import NO_HOST, User, UserMeta

if TYPE_CHECKING:
    from ..env import Environment

logger = logging.getLogger(__name__)

# Held by whoever runs a setup(), which may wait.
_setup_lock = RLock()


@cache
def _environment_without_a_run() -> Environment:
    from .. import events
    from ..env import Environment

    return Environment(events=events)


class LocustMeta(UserMeta):
    """A legacy user runs its `task_set`; one without is a base class."""

    tasks: list[Any]
    abstract: bool
    _says_abstract: bool

    def __new__(mcs, name: str, bases: tuple[type, ...], class_dict: dict[str, Any]) -> UserMeta:
        task_set = class_dict.get("task_set")
        for base in bases:
            task_set = task_set or getattr(base, "task_set", None)
        if task_set is not None:
            class_dict.setdefault("tasks", [task_set])
        class_dict["_says_abstract"] = "abstract" in class_dict
        class_dict.setdefault("abstract", task_set is None)
        made = super().__new__(mcs, name, bases, class_dict)
        made.tasks = [task_set] if task_set is not None else []  # type: ignore[attr-defined]
        return made

    def __setattr__(cls, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name == "task_set":  # a model may say it after the class statement
            cls.tasks = [] if value is None else [value]
            if not cls._says_abstract:
                cls.abstract = value is None


class NoClientWarningRaiser:
    """The `client` of a class that has none: says so when it is used."""

    def __getattr__(self, name: str) -> Any:
        raise LocustError("this user has no client: was HttpLocust meant for the base class?")


class Locust(User, metaclass=LocustMeta):
    """A simulated user of the API until 0.14: `task_set` says what it does, waits are in milliseconds.

    It is made without arguments. Its task set has the on_start and on_stop; the class itself has none.

    >>> class Visitor(Locust):
    ...     task_set = Tasks
    ...     min_wait = 1000
    ...     max_wait = 3000
    """

    abstract = True
    task_set: Any = None
    # Seconds, since 0.13; goes before min_wait and max_wait (milliseconds) and wait_function (returns
    # milliseconds).
    wait_time: Any = None
    min_wait = 1000
    max_wait = 1000
    weight = 10
    # Seconds that a user of the class lives, looked at before each task; None is for ever.
    stop_timeout: float | None = None
    client: Any = NoClientWarningRaiser()

    _is_legacy = True

    def __new__(cls, *args: Any, **kwargs: Any) -> Locust:
        # Constructors of this era take no environment and need not call ours: `make` leaves it on the new
        # object.
        made = super().__new__(cls)
        made._cp_last_run = perf_counter()
        return made

    def __init__(self, environment: Environment | None = None) -> None:
        if environment is not None:
            self.environment = environment
        self.set_up_once(self)

    def __getattr__(self, name: str) -> Any:
        # The model has made this user itself, to run it alone: `Visitor().run()`.
        if name != "environment":
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self
            )
        self.environment = _environment_without_a_run()
        return self.environment

    def set_up_once(self, instance: Any) -> None:
        """Call `setup()` of this user, or of a task set of it, if it is the first one of its class.

        Its `teardown()` is called when the process is about to end. A user that comes meanwhile waits.
        """
        owner = type(instance)
        with _setup_lock:
            if hasattr(instance, "setup") and not getattr(owner, "_setup_has_run", False):
                owner._setup_has_run = True
                try:
                    instance.setup()
                except Exception as error:
                    logger.error("%s\n%s", text_of(error), traceback.format_exc())
                    self.environment.events.user_error.fire(
                        user_instance=instance, exception=error, tb=error.__traceback__
                    )
            if hasattr(instance, "teardown") and not getattr(owner, "_teardown_is_set", False):
                owner._teardown_is_set = True
                self.environment.events.quitting += instance.teardown

    def take_in(self, task_set: TaskSet) -> None:
        """Prepare a new task set of this user: what it does not say about waiting, the user does."""
        for name in ("min_wait", "max_wait", "wait_function"):
            if getattr(task_set, name) is None:
                setattr(task_set, name, getattr(self, name))
        self.set_up_once(task_set)

    @classmethod
    def make(cls, environment: Environment) -> Locust:
        """A new user of `environment`, made as 0.x did: by a call without arguments."""
        made = cls.__new__(cls)
        made.environment = environment
        made.__init__()  # type: ignore[misc]
        return made

    def end_if_expired(self) -> None:
        """End the user that has outlived its `stop_timeout`."""
        if self.stop_timeout is not None and perf_counter() - self._started > self.stop_timeout:
            raise StopUser()

    def run(self, runner: Any = None) -> None:
        self._state = LOCUST_STATE_RUNNING
        self._started = perf_counter()
        root = self._taskset_instance = self.task_set(self)
        try:
            root.run()
        except (StopUser, StopTest):
            pass
        except (RescheduleTask, RescheduleTaskImmediately) as handed_back:
            raise LocustError(
                f"A task of {type(self).__name__}.task_set, {type(root).__name__}, called interrupt(): "
                "there is no parent task set to hand control back to"
            ) from handed_back
        except GreenletExit:
            try:
                root.on_stop()
            except Exception:
                logger.error("Uncaught exception in on_stop: \n%s", traceback.format_exc())


Locust.end_if_expired = nest_engine.NativeMethod(Locust.end_if_expired, "end if expired")  # type: ignore[method-assign]


class HttpLocust(Locust):
    """A `Locust` with an HTTP `client`."""

    abstract = True
    # Whether proxies and credentials are taken from environment variables and .netrc.
    trust_env = False

    def __init__(self, environment: Environment | None = None) -> None:
        super().__init__(environment)
        if self.host is None:
            raise StopTest(NO_HOST)
        self.client = HttpSession(
            base_url=self.host, request_event=self.environment.events.request, user=self
        )
        self.client.trust_env = self.trust_env


class TaskSequence(TaskSet):
    """Runs its tasks in the order given by `@seq_task`, over and over."""

    def __init__(self, parent: Any) -> None:
        super().__init__(parent)
        self._index = 0
        self.tasks = sorted(self.tasks, key=lambda declared: getattr(declared, "locust_task_order", 1))

    def get_next_task(self) -> Task:
        if not self.tasks:
            self._refuse_empty(self)
        chosen = self.tasks[self._index % len(self.tasks)]
        self._index += 1
        return chosen


TaskSequence.get_next_task = nest_engine.NativeMethod(TaskSequence.get_next_task, "next by number")  # type: ignore[method-assign]


def seq_task(order: int) -> Callable[[TaskT], TaskT]:
    """Declare a task of a `TaskSequence` and its place; `@task(n)` repeats it n times in a row."""

    def declare(declared: TaskT) -> TaskT:
        declared.locust_task_order = order  # type: ignore[union-attr]
        if not hasattr(declared, "locust_task_weight"):
            declared.locust_task_weight = 1  # type: ignore[union-attr]
        return declared

    return declare
