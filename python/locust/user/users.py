"""Users: who runs tasks, one greenlet each."""

from __future__ import annotations

import logging
import traceback
import warnings
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Any, Self

from gevent import Greenlet, GreenletExit
from gevent.pool import Group
from requests.exceptions import RequestException

import nest_engine
from locust_nest.http.rest import RestMixin, RestResponseT

from .._texts import text_of
from ..clients import HttpSession, RestResponseContextManager
from ..exception import CatchResponseError, StopTest, StopUser
from .task import (
    LOCUST_STATE_RUNNING,
    LOCUST_STATE_STOPPING,
    LOCUST_STATE_WAITING,
    DefaultTaskSet,
    TaskSet,
    get_tasks_from_base_classes,
)
from .wait_time import constant

if TYPE_CHECKING:
    from ..env import Environment

logger = logging.getLogger(__name__)

__all__ = [
    "CatchResponseError",
    "DefaultTaskSet",
    "HttpSession",
    "HttpUser",
    "LOCUST_STATE_RUNNING",
    "LOCUST_STATE_STOPPING",
    "LOCUST_STATE_WAITING",
    "PytestUser",
    "RestMixin",
    "RestResponseContextManager",
    "RestResponseT",
    "StopTest",
    "StopUser",
    "TaskSet",
    "User",
    "UserMeta",
    "constant",
    "get_tasks_from_base_classes",
    "shown_name",
]


class UserMeta(type):
    """Makes the flat `tasks` list of what a class declares, and the class concrete unless it says not."""

    def __new__(mcs, classname: str, bases: tuple[type, ...], class_dict: dict[str, Any]) -> UserMeta:
        class_dict["tasks"] = get_tasks_from_base_classes(bases, class_dict)
        if not class_dict.get("abstract"):
            class_dict["abstract"] = False
        if class_dict.get("task_set") and not any(getattr(base, "_is_legacy", False) for base in bases):
            warnings.warn(
                f"{classname}.task_set is the name of 0.x for a single task set: use tasks = [...]",
                DeprecationWarning,
                stacklevel=2,
            )
            # Rather than a user that has nothing to do.
            class_dict["tasks"] = class_dict["tasks"] or [class_dict["task_set"]]
        return super().__new__(mcs, classname, bases, class_dict)


class User(metaclass=UserMeta):
    """A simulated user. A subclass declares what it does (`@task` methods, or `tasks`) and how long it waits.

    >>> class Visitor(User):
    ...     wait_time = between(1, 3)
    ...     @task
    ...     def visit(self): ...
    """

    # Base URL of the system under test; that of the command line goes before.
    host: str | None = None

    # Seconds to wait after each task; called with the user (or defined as a method).
    wait_time: Any = constant(0)

    # Of the API until 0.14; without effect on classes of today's.
    min_wait: int | None = None
    max_wait: int | None = None
    wait_function: Callable[..., float] | None = None

    # Functions taking the user, and TaskSet classes, as often as they weigh. May be declared as a list, a
    # set, a list of (task, weight) or a dict of task: weight.
    tasks: Any = []

    # How often this class is spawned, compared to the others.
    weight: float = 1

    # If positive: exactly that many users, spawned before the others, and the weight is ignored.
    fixed_count: int = 0

    # A base class, which is not spawned. Not inherited.
    abstract: bool = True

    environment: Environment

    _is_legacy = False
    _catch_exceptions = True
    # Not on the class, where it would hide the instance's from CPython's short cuts: it is read at every task.
    _state: str | None
    # What a user in the state "stopping" raises after its task.
    _stop_reason: type[BaseException] = StopUser
    _greenlet: Greenlet | None = None
    _group: Group | None = None
    _taskset_instance: TaskSet | None = None
    _cp_last_run = 0.0
    _cp_last_wait_time = 0.0

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        make: Any = super().__new__
        user: Self = make(cls) if make is object.__new__ else make(cls, *args, **kwargs)
        user._state = None
        return user

    def __init__(self, environment: Environment) -> None:
        super().__init__()
        self.environment = environment
        self._cp_last_run = perf_counter()

    def on_start(self) -> None:
        """Called when the user begins to run, before its first task."""

    def on_stop(self) -> None:
        """Called when the user stops, after the on_stop of its task sets."""

    def run(self) -> None:
        """What the user's greenlet does from its start to its end. Not to be overridden."""
        self._state = LOCUST_STATE_RUNNING
        self._taskset_instance = DefaultTaskSet(self)
        try:
            try:
                self.on_start()
            except Exception as error:
                logger.error("%s\n%s", text_of(error), traceback.format_exc())
                if not isinstance(error, (StopUser, StopTest)):
                    self.environment.events.user_error.fire(
                        user_instance=self, exception=error, tb=error.__traceback__
                    )
                raise
            self._taskset_instance.run()
        except (GreenletExit, StopUser, StopTest):
            self.on_stop()

    def wait(self) -> None:
        """Sleep for the wait_time. A user that is told to stop may end here, even within a task."""
        assert self._taskset_instance is not None, "the user does not run"
        self._taskset_instance.wait()

    def _sleep(self, seconds: float) -> None:
        assert self._taskset_instance is not None, "the user does not run"
        self._taskset_instance._sleep(seconds)

    def start(self, group: Group) -> Greenlet:
        """Run the user in a new greenlet of `group`; the greenlet's first argument is the user."""
        self._group = group
        self._greenlet = group.spawn(_run_user, self)
        return self._greenlet

    def stop(self, force: bool = False) -> bool:
        """End the user: at once if it waits or if `force`, else when its task is done.

        Returns whether it was ended at once.
        """
        if force or self._state in (None, LOCUST_STATE_WAITING):
            assert self._group is not None, "the user was not started"
            self._group.killone(self._greenlet)
            return True
        if self._state == LOCUST_STATE_RUNNING:
            self._state = LOCUST_STATE_STOPPING
            return False
        raise Exception(
            f"Tried to stop User in an unexpected state: {self._state}. This should never happen."
        )

    @property
    def group(self) -> Group | None:
        return self._group

    @property
    def greenlet(self) -> Greenlet | None:
        return self._greenlet

    def _leave_after_task(self) -> None:
        """End with the task that is under way, and without on_stop: in a forked process."""
        self._state = LOCUST_STATE_STOPPING
        self._stop_reason = SystemExit

    def context(self) -> Mapping[str, Any]:
        """What every request event of this user has in its `context`; to be overridden."""
        return {}

    @classmethod
    def json(cls) -> dict[str, Any]:
        """How the class is described to the web page."""
        return {
            "host": cls.host,
            "weight": cls.weight,
            "fixed_count": cls.fixed_count,
            "tasks": [declared.__name__ for declared in cls.tasks],
        }

    @classmethod
    def fullname(cls) -> str:
        """Module and qualified name, without the marks of enclosing functions."""
        parts = [part for part in cls.__qualname__.split(".") if part != "<locals>"]
        return ".".join([cls.__module__, *parts])


User.context = nest_engine.NativeMethod(User.context, "no context")  # type: ignore[method-assign]
User.wait = nest_engine.NativeMethod(User.wait, "wait of user")  # type: ignore[method-assign]


def shown_name(user_class: type[User]) -> str:
    """What a class is called in counts and logs: its name, or a longer one where models share a name.

    That is its own attribute `_shown_name`, set by whoever finds the ambiguity.
    """
    return vars(user_class).get("_shown_name") or user_class.__name__


def _run_user(user: User) -> None:
    nest_engine.beat()  # gevent gives the first turns of as many as fifty users without looking at anything else
    nest_engine.begin_task(user, user.on_start)
    try:
        user.run()
    finally:
        nest_engine.end_tasks()


NO_HOST = (
    "You must specify the base host. Either in the host attribute in the User class, "
    "or on the command line using the --host option."
)


class HttpUser(User, RestMixin[RestResponseContextManager]):
    """A user with an HTTP `client`, which keeps its connections and cookies from request to request.

    >>> class Visitor(HttpUser):
    ...     host = "http://localhost:8080"
    ...     @task
    ...     def index(self):
    ...         self.client.get("/")
    """

    abstract = True

    # Connections shared by the users of the class; None gives each user its own.
    pool_manager: Any = None

    # Bytes of a response's body that are kept; what exceeds them is received and counted. None: all.
    max_body_size: int | None = None

    # Speak a later version of HTTP; see `HttpSession.http2` and `http3`.
    http2: bool = False
    http3: bool = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.host is None:
            raise StopTest(NO_HOST)
        self.client: HttpSession = HttpSession(
            base_url=self.host,
            request_event=self.environment.events.request,
            user=self,
            pool_manager=self.pool_manager,
        )
        self.client.trust_env = False


class PytestUser(User):
    """Calls its test functions in turn, over and over and without a wait.

    A failing request, also one that `raise_for_status()` tells of, is an ordinary result; any other exception
    ends the user.
    """

    abstract = True

    # Of pytest, each with its `fixturedef`; see `locust.util.load_locustfile`.
    functions: list[Any]
    # What the fixture of each function made for this user.
    fixtures: list[Any]

    def run(self) -> None:
        self._state = LOCUST_STATE_RUNNING
        self.fixtures = []
        entered = []
        try:
            for function in self.functions:
                fixture = function.fixturedef.func(self)
                self.fixtures.append(next(fixture))
                entered.append(fixture)
            while self._state != LOCUST_STATE_STOPPING:
                for function, made in zip(self.functions, self.fixtures, strict=True):
                    self._call(function.obj, made)
        except (GreenletExit, StopUser, StopTest):
            pass
        finally:
            for fixture in reversed(entered):
                next(fixture, None)  # what it does after its yield

    def _call(self, function: Any, fixture: Any) -> None:
        nest_engine.begin_task(self, function)
        try:
            function(fixture)
        except (RequestException, CatchResponseError, ConnectionError) as error:
            if isinstance(error, RequestException) and isinstance(error, ValueError):
                raise  # the test itself is wrong: a URL without a scheme, say
            logger.debug("%s\n%s", error, traceback.format_exc())
