"""Task sets: what a user does, and the loop that does it."""

from __future__ import annotations

import logging
import random
import traceback
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from operator import attrgetter
from time import perf_counter
from typing import TYPE_CHECKING, Any, NoReturn

from gevent import GreenletExit

import nest_engine

from .._texts import text_of
from ..exception import (
    InterruptTaskSet,
    LocustError,
    MissingWaitTimeError,
    RescheduleTask,
    RescheduleTaskImmediately,
    StopTest,
    StopUser,
)
from .declaring import (
    Task,
    TaskHolder,
    TaskT,
    check_task_name,
    filter_tasks_by_tags,
    get_tasks_from_base_classes,
    is_declared_task,
    is_markov_taskset,
    repeat_task,
    tag,
    task,
)

if TYPE_CHECKING:
    from .users import User

__all__ = [
    "DefaultTaskSet",
    "InterruptTaskSet",
    "LOCUST_STATE_RUNNING",
    "LOCUST_STATE_STOPPING",
    "LOCUST_STATE_WAITING",
    "LocustError",
    "MissingWaitTimeError",
    "RescheduleTask",
    "RescheduleTaskImmediately",
    "StopTest",
    "StopUser",
    "Task",
    "TaskHolder",
    "TaskSet",
    "TaskSetMeta",
    "TaskT",
    "check_task_name",
    "filter_tasks_by_tags",
    "get_tasks_from_base_classes",
    "is_declared_task",
    "is_markov_taskset",
    "is_taskset",
    "repeat_task",
    "tag",
    "task",
]

logger = logging.getLogger(__name__)

# What a user is doing, as `user._state`. None until it runs.
LOCUST_STATE_RUNNING = "running"
LOCUST_STATE_WAITING = "waiting"
LOCUST_STATE_STOPPING = "stopping"

# What ends a user: on_stop is run on the way out.
ENDINGS = (StopUser, StopTest, GreenletExit)


def is_taskset(candidate: object) -> bool:
    """Whether a task is a TaskSet class, to be made and run rather than called."""
    return isinstance(candidate, type) and issubclass(candidate, TaskSet)


class TaskSetMeta(type):
    """Turns what a class declares as tasks into its flat `tasks` list."""

    def __new__(mcs, classname: str, bases: tuple[type, ...], class_dict: dict[str, Any]) -> TaskSetMeta:
        class_dict["tasks"] = mcs.collect_tasks(bases, class_dict)
        return super().__new__(mcs, classname, bases, class_dict)

    @staticmethod
    def collect_tasks(bases: tuple[type, ...], class_dict: dict[str, Any]) -> list[Task]:
        return get_tasks_from_base_classes(bases, class_dict)


class TaskQueue(list[Task]):
    """What was scheduled: a deque, or a list (0.x), whose emptiness costs no memory to speak of."""

    __slots__ = ()

    def popleft(self) -> Task:
        return self.pop(0)

    def appendleft(self, task: Task) -> None:
        self.insert(0, task)


class TaskSet(metaclass=TaskSetMeta):
    """A group of tasks among which a user chooses, until one of them calls `interrupt()`.

    Task sets nest: a task set may be a task of another one. The outermost is a task of a user.
    """

    # Functions taking the task set, and TaskSet classes, as often as they weigh. May be declared as a list, a
    # set, a list of (task, weight) or a dict of task: weight.
    tasks: Any = []

    # Honoured only when the user has no wait_time; milliseconds.
    min_wait: int | None = None
    max_wait: int | None = None
    wait_function: Callable[..., float] | None = None

    # Arguments of `run`, which came from `schedule_task` (0.x).
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = {}

    _cp_last_wait_time = 0.0

    def __init__(self, parent: TaskSet | User) -> None:
        self._task_queue = TaskQueue()
        self._parent = parent
        user: Any = parent
        self._user: Any = user.user if isinstance(parent, TaskSet) else user
        self._cp_last_run = perf_counter()
        if self._user._is_legacy:
            self._user.take_in(self)

    # Properties that run no Python.
    user: User = property(attrgetter("_user"), doc="The user that runs this.")  # type: ignore[assignment]
    locust: Any = property(attrgetter("_user"), doc="`user`, as it was called until 0.14.")
    parent: Any = property(
        attrgetter("_parent"), doc="The task set that has this one as a task, or the user."
    )
    client: Any = property(attrgetter("_user.client"), doc="The user's client.")

    def on_start(self) -> None:
        """Called when a user begins to run this task set."""

    def on_stop(self) -> None:
        """Called when a user leaves this task set, by `interrupt()` or because the user stops."""

    def interrupt(self, reschedule: bool = True) -> NoReturn:
        """Leave this task set. The parent chooses its next task at once, or waits first."""
        raise InterruptTaskSet(reschedule)

    def schedule_task(
        self,
        task_callable: Task,
        args: Iterable[Any] | bool | None = None,
        kwargs: Mapping[str, Any] | None = None,
        first: bool = False,
    ) -> None:
        """Run `task_callable` next instead of a chosen task: after others so scheduled, or `first`.

        `args` and `kwargs` are passed on to the task, as in 0.x. Since 1.0 `first` is the second parameter.
        """
        if isinstance(args, bool):
            first, args = args, None
        scheduled = task_callable
        if args or kwargs:

            def scheduled(holder: Any) -> None:
                nest_engine.begin_task(self._user, task_callable)
                self.execute_task(task_callable, *(args or ()), **(kwargs or {}))

        if first:
            self._task_queue.appendleft(scheduled)
        else:
            self._task_queue.append(scheduled)

    def get_next_task(self) -> Task:
        """Choose a task: each as often as it is in `tasks`."""
        if not self.tasks:
            self._refuse_empty(self)
        return random.choice(self.tasks)

    def execute_next_task(self) -> None:
        self.execute_task(self._task_queue.popleft())

    def execute_task(self, task: Task, *args: Any, **kwargs: Any) -> None:
        if getattr(task, "__self__", None) is self:
            task(*args, **kwargs)
        elif is_taskset(task):
            task(self).run(*args, **kwargs)
        else:
            task(self, *args, **kwargs)

    def wait_time(self) -> float:
        """Seconds to wait after a task: the user's wait_time, unless the task set has its own."""
        user = self._user
        if user.wait_time:
            return user.wait_time()
        if user._is_legacy:
            wait_function = self.wait_function or user.wait_function
            if wait_function:
                return wait_function() / 1000
        min_wait = self.min_wait or user.min_wait
        max_wait = self.max_wait or user.max_wait
        if min_wait is None or max_wait is None:
            raise MissingWaitTimeError(f"{type(user).__name__} and {type(self).__name__} have no wait_time")
        return random.randint(int(min_wait), int(max_wait)) / 1000  # floats, too, until Python 3.12

    def wait(self) -> None:
        """Sleep for the wait_time. A user that is told to stop may end here."""
        user = self._user
        if user._state == LOCUST_STATE_STOPPING:
            raise user._stop_reason()
        user._state = LOCUST_STATE_WAITING
        self._sleep(self.wait_time())
        if user._state == LOCUST_STATE_STOPPING:
            raise user._stop_reason()
        user._state = LOCUST_STATE_RUNNING

    def _sleep(self, seconds: float) -> None:
        nest_engine.sleep(seconds)

    def run(self, *args: Any, **kwargs: Any) -> None:
        """Run tasks, with a wait after each, until something ends the task set: an exception."""
        if args or kwargs:
            self.args, self.kwargs = args, kwargs
        try:
            self.on_start()
        except InterruptTaskSet as interrupt:
            raise _handing_back(interrupt) from interrupt

        while True:
            try:
                self._run_scheduled_tasks()
            except InterruptTaskSet as interrupt:
                if self._on_stop_wanted(interrupt):
                    try:
                        self.on_stop()
                    except ENDINGS:
                        raise
                    except Exception as error:
                        self._tell_of_broken_on_stop(error)
                raise _handing_back(interrupt) from interrupt
            except BaseException as error:
                self._go_on_after(error)

    def _run_scheduled_tasks(self) -> NoReturn:
        """The loop for a task set with its own way of queueing tasks, every step through its method."""
        while True:
            if not self._task_queue:
                self.schedule_task(self.get_next_task())
            if self._task_queue:
                nest_engine.begin_task(self._user, self._task_queue[0])
            if self._user._state == LOCUST_STATE_STOPPING:
                raise self._user._stop_reason()
            if self._user._is_legacy:
                self._user.end_if_expired()
            try:
                self.execute_next_task()
            except RescheduleTaskImmediately:
                continue
            except RescheduleTask:
                pass
            self.wait()

    def _go_on_after(self, ending: BaseException) -> None:
        """Report an error of a task and wait; raise what else has ended the loop. To be called where it is handled."""
        if isinstance(ending, ENDINGS):
            self._end(ending)
            raise ending
        if not isinstance(ending, Exception):
            raise ending
        try:
            if ending.__traceback__ is None:  # raised by the engine, where there is no frame
                with suppress(type(ending)):
                    raise ending
            self._report(ending)
            if not (self._user.environment.catch_exceptions and self._user._catch_exceptions):
                raise ending
            self.wait()
        except ENDINGS as ending:
            self._end(ending)
            raise

    def _refuse_empty(self, holder: Any) -> NoReturn:
        hint = ""
        if getattr(holder, "task", None):
            hint = " (there is an attribute 'task': was 'tasks' meant?)"
        raise LocustError(
            f"No tasks defined on {type(holder).__name__}{hint}. Use the @task decorator or set the 'tasks' "
            "attribute (or abstract = True on a user that is only a base class)"
        )

    def _report(self, error: Exception) -> None:
        environment = self._user.environment
        environment.events.user_error.fire(user_instance=self, exception=error, tb=error.__traceback__)
        if environment.catch_exceptions:
            logger.error("%s\n%s", text_of(error), traceback.format_exc())

    def _end(self, ending: BaseException) -> None:
        if self._on_stop_wanted(ending):
            try:
                self.on_stop()
            except Exception as error:
                self._tell_of_broken_on_stop(error)

    @staticmethod
    def _tell_of_broken_on_stop(error: BaseException) -> None:
        logging.error("Uncaught exception in on_stop: \n%s", "".join(traceback.format_exception(error)))

    def _on_stop_wanted(self, ending: BaseException) -> bool:
        # Until 0.14 only the outermost task set had an on_stop, for when its user is stopped from outside.
        return not self._user._is_legacy


class DefaultTaskSet(TaskSet):
    """Runs the tasks that are declared on the user itself, and hands them the user."""

    def get_next_task(self) -> Task:
        if not self._user.tasks:
            self._refuse_empty(self._user)
        return random.choice(self._user.tasks)

    def execute_task(self, task: Task, *args: Any, **kwargs: Any) -> None:
        if is_taskset(task):
            task(self._user).run(*args, **kwargs)
        else:
            task(self._user, *args, **kwargs)


# What the engine does itself of these methods, as long as there is nothing unusual about it. A model may call and
# replace each of them.
for _cls, _steps in (
    (
        TaskSet,
        {
            "__init__": "begin task set",
            "interrupt": "interrupt",
            "get_next_task": "choose",
            "execute_task": "execute",
            "wait_time": "wait time",
            "wait": "wait",
            "_sleep": "sleep",
            "run": "run",
        },
    ),
    (DefaultTaskSet, {"get_next_task": "choose for user", "execute_task": "execute for user"}),
):
    for _name, _step in _steps.items():
        setattr(_cls, _name, nest_engine.NativeMethod(vars(_cls)[_name], _step))
nest_engine.describe_task_sets(
    TaskSet,
    TaskQueue,
    LOCUST_STATE_RUNNING,
    LOCUST_STATE_WAITING,
    LOCUST_STATE_STOPPING,
    InterruptTaskSet,
    RescheduleTask,
    RescheduleTaskImmediately,
    ENDINGS,
    random,
)


def _handing_back(interrupt: InterruptTaskSet) -> Exception:
    """What the parent of an interrupted task set has to do."""
    handing_back = RescheduleTaskImmediately if interrupt.reschedule else RescheduleTask
    return handing_back(interrupt.reschedule)
