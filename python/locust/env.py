"""The environment of a test: its user classes, options, events and results in one place."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from . import stalls
from .dispatch import UsersDispatcher
from .event import Events
from .exception import RunnerAlreadyExistsError
from .runners import LocalRunner, MasterRunner, Runner, WorkerRunner
from .shape import LoadTestShape
from .stats import RequestStats, StatsCSV
from .user import User
from .user.task import TaskHolder, TaskSet, filter_tasks_by_tags
from .user.users import shown_name

if TYPE_CHECKING:
    from .web import WebUI

_ONE_PROCESS = "a test of locust-nest runs in one process yet: use create_local_runner()"

RunnerType = TypeVar("RunnerType", bound=Runner)

__all__ = [
    "Environment",
    "Events",
    "LoadTestShape",
    "LocalRunner",
    "MasterRunner",
    "RequestStats",
    "Runner",
    "RunnerAlreadyExistsError",
    "RunnerType",
    "StatsCSV",
    "TaskHolder",
    "TaskSet",
    "User",
    "UsersDispatcher",
    "WebUI",
    "WorkerRunner",
    "filter_tasks_by_tags",
]


class Environment:
    """What a test consists of. Models may hang attributes of their own on it.

    >>> environment = Environment(user_classes=[Visitor], events=locust.events)
    >>> runner = environment.create_local_runner()
    >>> runner.start(user_count=10, spawn_rate=5)

    `ValueError` if two user classes have one name, if none has a positive weight, or if `shape_class` is a
    class rather than an instance.
    """

    def __init__(
        self,
        *,
        user_classes: list[type[User]] | None = None,
        shape_class: LoadTestShape | None = None,
        tags: Iterable[str] | None = None,
        locustfile: str | None = None,
        exclude_tags: Iterable[str] | None = None,
        events: Events | None = None,
        host: str | None = None,
        reset_stats: bool = False,
        stop_timeout: float | None = None,
        catch_exceptions: bool = True,
        parsed_options: Namespace | None = None,
        parsed_locustfiles: list[str] | None = None,
        available_user_classes: dict[str, type[User]] | None = None,
        available_shape_classes: dict[str, LoadTestShape] | None = None,
        available_user_tasks: dict[str, list[Any]] | None = None,
        dispatcher_class: type[UsersDispatcher] = UsersDispatcher,
        profile: str | None = None,
    ) -> None:
        self.user_classes: list[type[User]] = [] if user_classes is None else user_classes
        self.shape_class = shape_class
        # Only tasks with one of `tags` and with none of `exclude_tags` are run; None for those of
        # `parsed_options`.
        self.tags = tags
        self.exclude_tags = exclude_tags
        # File name, for display.
        self.locustfile = locustfile
        # An own set of hooks unless the caller shares one.
        self.events = events if events is not None else Events()
        # Goes before the host of every class, unless empty.
        self.host = host
        # Forget what was measured while the users were being spawned.
        self.reset_stats = reset_stats
        # Seconds that users get to finish their tasks when they are told to stop.
        self.stop_timeout = float(
            stop_timeout if stop_timeout is not None else getattr(parsed_options, "stop_timeout", None) or 0
        )
        # False lets an exception of a task end its user.
        self.catch_exceptions = catch_exceptions
        self.parsed_options = parsed_options
        self.parsed_locustfiles = parsed_locustfiles
        self.available_user_classes = available_user_classes
        self.available_shape_classes = available_shape_classes
        self.available_user_tasks = available_user_tasks
        # Decides which users run when; see `locust.dispatch`.
        self.dispatcher_class = dispatcher_class
        self.profile = profile
        self.runner: Runner | None = None
        self.web_ui: Any = None
        # If set, the process ends with it, whatever was measured.
        self.process_exit_code: int | None = None
        self.stats = RequestStats()
        self.worker_logs: dict[str, list[str]] = {}
        self._tasks_filtered = False

        self._remove_user_classes_with_weight_zero()
        self._validate_user_class_name_uniqueness()
        self._validate_shape_class_instance()

    def create_local_runner(self) -> LocalRunner:
        """A runner of users in this process; `RunnerAlreadyExistsError` for a second one."""
        return self._create_runner(LocalRunner)

    def create_master_runner(self, master_bind_host: str = "*", master_bind_port: int = 5557) -> NoReturn:
        """Not there yet: `NotImplementedError`."""
        raise NotImplementedError(f"create_master_runner: {_ONE_PROCESS}")

    def create_worker_runner(self, master_host: str, master_port: int) -> NoReturn:
        """Not there yet: `NotImplementedError`."""
        raise NotImplementedError(f"create_worker_runner: {_ONE_PROCESS}")

    def create_web_ui(
        self,
        host: str = "",
        port: int = 8089,
        web_base_path: str | None = None,
        web_login: bool = False,
        tls_cert: str | None = None,
        tls_key: str | None = None,
        stats_csv_writer: Any = None,
        delayed_start: bool = False,
        userclass_picker_is_active: bool = False,
        build_path: str | None = None,
    ) -> NoReturn:
        """Not there yet: `NotImplementedError`."""
        raise NotImplementedError(
            "create_web_ui: the web interface of locust-nest does not exist yet; leave the call out to run without"
        )

    def _create_runner(
        self, runner_class: Callable[..., RunnerType], *args: Any, **kwargs: Any
    ) -> RunnerType:
        if self.runner is not None:
            raise RunnerAlreadyExistsError(f"Environment.runner already exists ({self.runner})")
        runner = runner_class(self, *args, **kwargs)
        self.runner = runner
        stalls.watch(runner)
        if self.shape_class is not None:
            self.shape_class.runner = runner
        return runner

    @property
    def user_classes_by_name(self) -> dict[str, type[User]]:
        """The classes by the name they are shown and counted under."""
        return {shown_name(user_class): user_class for user_class in self.user_classes}

    def update_user_class(self, user_settings: dict[str, Any]) -> None:
        """Set attributes of the class named `user_class_name`; `tasks` are the names of tasks to keep."""
        name = user_settings["user_class_name"]
        user_class = (self.available_user_classes or self.user_classes_by_name)[name]
        tasks = (self.available_user_tasks or {}).get(name, user_class.tasks)
        for key, value in user_settings.items():
            if key == "tasks":
                user_class.tasks = [task for task in tasks if task.__name__ in value]
            elif key != "user_class_name":
                setattr(user_class, key, value)

    def update_worker_logs(self, worker_log_report: dict[str, Any]) -> None:
        """Keep the latest log lines of a worker."""
        if worker_id := worker_log_report.get("worker_id"):
            self.worker_logs[worker_id] = worker_log_report.get("logs", [])

    def assign_equal_weights(self) -> None:
        """Give all user classes one weight, and each of their tasks, task sets taken apart, one chance."""
        for user_class in self.user_classes:
            user_class.weight = 1
            user_class.tasks = list(dict.fromkeys(_leaves(user_class.tasks)))

    def _filter_tasks_by_tags(self) -> None:
        """Drop, once, the tasks which the tags do not select, from the classes themselves."""
        if self._tasks_filtered:
            return
        self._tasks_filtered = True
        tags = self._selected("tags", self.tags)
        exclude_tags = self._selected("exclude_tags", self.exclude_tags)
        for user_class in self.user_classes:
            filter_tasks_by_tags(user_class, tags, exclude_tags)

    def _selected(self, option: str, given: Iterable[str] | None) -> set[str] | None:
        if given is not None:
            return set(given)
        # An option without a value does not filter.
        return set(getattr(self.parsed_options, option, None) or ()) or None

    def _remove_user_classes_with_weight_zero(self) -> None:
        if not self.user_classes:
            return
        kept = [cls for cls in self.user_classes if cls.weight > 0 or cls.fixed_count > 0]
        if not kept:
            raise ValueError("There are no users with weight > 0.")
        self.user_classes[:] = kept

    def _validate_user_class_name_uniqueness(self) -> None:
        if len(self.user_classes_by_name) != len(self.user_classes):
            names = ", ".join(user_class.fullname() for user_class in self.user_classes)
            raise ValueError(f"The following user classes have the same class name: {names}")

    def _validate_shape_class_instance(self) -> None:
        if self.shape_class is not None and not isinstance(self.shape_class, LoadTestShape):
            raise ValueError(
                "shape_class should be instance of LoadTestShape or subclass LoadTestShape, "
                f"but got: {self.shape_class}"
            )


def __getattr__(name: str) -> Any:
    if name == "WebUI":  # whose import takes its time
        from .web import WebUI

        return WebUI
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _leaves(tasks: Iterable[Any]) -> Iterable[Any]:
    for task in tasks:
        if isinstance(task, type) and issubclass(task, TaskSet):
            yield from _leaves(task.tasks)
        else:
            yield task
