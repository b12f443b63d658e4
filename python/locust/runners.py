"""Runners start and stop the users of a test."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import socket
import time
import traceback
from abc import abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, TypedDict
from uuid import uuid4

import gevent
from gevent.event import Event
from gevent.pool import Group

import nest_engine

from ._stats.request_stats import FURTHER_EXCEPTIONS
from ._texts import text_of
from .dispatch import UsersDispatcher
from .exception import RPCError, RPCReceiveError, RPCSendError, StopTest
from .log import get_logs, greenlet_exception_logger
from .population import Population, UserGroup
from .rpc import Message
from .running.collecting import while_users_are_made
from .running.dispatching import follow_dispatcher
from .running.distributed import MasterMembers, WorkerMembers, refuse
from .running.ending import end_test, locust_exception_handler
from .running.legacy import LegacyNames
from .running.shapes import ShapeFollowing
from .running.states import (
    STATE_CLEANUP,
    STATE_INIT,
    STATE_MISSING,
    STATE_RUNNING,
    STATE_SPAWNING,
    STATE_STOPPED,
    STATE_STOPPING,
)
from .running.users import format_user_classes_count, make_user
from .running.worker_nodes import HEARTBEAT_LIVENESS, WorkerNode, WorkerNodes
from .stats import RequestStats, StatsError, StatsListener, setup_distributed_stats_event_listeners
from .user.task import LOCUST_STATE_STOPPING
from .user.users import User
from .util.directory import get_abspaths_in
from .util.url import is_url

if TYPE_CHECKING:
    from .env import Environment

__all__ = [
    "CONNECT_RETRY_COUNT",
    "CONNECT_TIMEOUT",
    "CPU_MONITOR_INTERVAL",
    "CPU_WARNING_THRESHOLD",
    "DistributedRunner",
    "ExceptionDict",
    "FALLBACK_INTERVAL",
    "HEARTBEAT_DEAD_INTERNAL",
    "HEARTBEAT_INTERVAL",
    "HEARTBEAT_LIVENESS",
    "LOCUST_STATE_STOPPING",
    "LocalLocustRunner",
    "LocalRunner",
    "LocustRunner",
    "MASTER_HEARTBEAT_TIMEOUT",
    "MasterLocustRunner",
    "MasterRunner",
    "Message",
    "RPCError",
    "RPCReceiveError",
    "RPCSendError",
    "RequestStats",
    "Runner",
    "STATE_CLEANUP",
    "STATE_HATCHING",
    "STATE_INIT",
    "STATE_MISSING",
    "STATE_RUNNING",
    "STATE_SPAWNING",
    "STATE_STOPPED",
    "STATE_STOPPING",
    "SlaveLocustRunner",
    "SlaveNode",
    "StatsError",
    "StopTest",
    "User",
    "UsersDispatcher",
    "WORKER_LOG_REPORT_INTERVAL",
    "WORKER_REPORT_INTERVAL",
    "WorkerNode",
    "WorkerNodes",
    "WorkerRunner",
    "get_abspaths_in",
    "get_logs",
    "greenlet_exception_logger",
    "is_url",
    "locust_exception_handler",
    "locust_runner",
    "logger",
    "make_user",
    "setup_distributed_stats_event_listeners",
]

logger = logging.getLogger(__name__)

# Its name until 1.1; the value is today's.
STATE_HATCHING = STATE_SPAWNING

# Models assign to these: they are read when they are used.
CPU_MONITOR_INTERVAL = 10.0
CPU_WARNING_THRESHOLD = 90

# Seconds, and counts, of tests that several processes share. Such tests are not there yet: these have no effect.
WORKER_REPORT_INTERVAL = 3.0
WORKER_LOG_REPORT_INTERVAL = 10
HEARTBEAT_INTERVAL = 1
HEARTBEAT_DEAD_INTERNAL = -60
MASTER_HEARTBEAT_TIMEOUT = 60
FALLBACK_INTERVAL = 5
CONNECT_TIMEOUT = 5
CONNECT_RETRY_COUNT = 60

# Users started in one go: between two goes those already there get to run.
LARGEST_STEP = 50

# The runner of this process, for models of 0.x.
locust_runner: Runner | None = None


class ExceptionDict(TypedDict):
    """One kind of exception that tasks raised."""

    count: int
    msg: str
    traceback: str
    nodes: set[str]


class Runner(ShapeFollowing, LegacyNames):
    """Runs a test: the base of the runner of one process and of those which share a test."""

    def __init__(self, environment: Environment) -> None:
        global locust_runner
        locust_runner = self
        self.environment = environment
        self.user_greenlets = UserGroup()
        self.greenlet = Group()
        self.state = STATE_INIT
        self.spawning_greenlet = None
        self.shape_greenlet = None
        self.shape_last_tick = None
        self.current_cpu_usage = 0.0
        self.current_memory_usage = 0
        self.cpu_warning_emitted = False
        self.worker_cpu_warning_emitted = False
        # By the hash of the traceback.
        self.exceptions: dict[int, ExceptionDict] = {}
        # What the last ramp that was completed led to, and what the present one leads to.
        self.target_user_classes_count: dict[str, int] = {}
        self.target_user_count = 0
        self.final_user_classes_count = {}
        self.custom_messages: dict[str, tuple[Callable[..., Any], bool]] = {}
        self.connection_broken = False
        self.spawn_rate = 0.0
        self._population = None
        self._users_dispatcher = None
        self._stopper = None
        self._stop_finished = Event()
        self._callers = set()

        environment.events.request.add_listener(StatsListener(environment))
        # Until 0.14 their listeners found the request in the statistics already.
        environment.events.request_success.listen_last()
        environment.events.request_failure.listen_last()
        environment.events.spawning_complete.add_listener(self._on_spawning_complete)
        self._spawn_driver(self.monitor_cpu_and_memory)

    def _on_spawning_complete(self, user_count: int, **kwargs: Any) -> None:
        self.update_state(STATE_RUNNING)
        if self.environment.reset_stats:
            logger.info("Resetting stats\n")
            self.stats.reset_all()

    def _spawn_driver(self, function: Callable[..., Any], *args: Any) -> gevent.Greenlet:
        greenlet = self.greenlet.spawn(function, *args)
        greenlet.link_exception(locust_exception_handler(self.environment))
        return greenlet

    @property
    def stats(self) -> RequestStats:
        return self.environment.stats

    @property
    def errors(self) -> Any:
        """The failures of requests by kind."""
        return self.stats.errors

    def cpu_log_warning(self) -> bool:
        """Say so at the end if the processor was the limit at some time."""
        if self.cpu_warning_emitted:
            logger.warning("CPU usage was too high at some point during the test!")
        return self.cpu_warning_emitted

    def monitor_cpu_and_memory(self) -> NoReturn:
        """Measure this process and tell listeners, at intervals, for ever."""
        used, at = time.process_time(), time.perf_counter()
        while True:
            gevent.sleep(CPU_MONITOR_INTERVAL)
            used_before, before = used, at
            used, at = time.process_time(), time.perf_counter()
            self.current_cpu_usage = 100 * (used - used_before) / (at - before)
            with contextlib.suppress(OSError):  # every descriptor that may be open is a connection
                self.current_memory_usage = resident_bytes()
            if self.current_cpu_usage > CPU_WARNING_THRESHOLD:
                self.environment.events.cpu_warning.fire(
                    environment=self.environment, cpu_usage=self.current_cpu_usage
                )
                if not self.cpu_warning_emitted:
                    logging.warning(
                        f"CPU usage above {CPU_WARNING_THRESHOLD}%! This may constrain your throughput "
                        "and may even give inconsistent response time measurements!"
                    )
                    self.cpu_warning_emitted = True
            self.environment.events.usage_monitor.fire(
                environment=self.environment,
                cpu_usage=self.current_cpu_usage,
                memory_usage=self.current_memory_usage,
            )

    @abstractmethod
    def start(
        self,
        user_count: int,
        spawn_rate: float,
        wait: bool = False,
        user_classes: list[type[User]] | None = None,
    ) -> None: ...

    @abstractmethod
    def send_message(self, msg_type: str, data: Any = None, client_id: str | None = None) -> None: ...

    def log_exception(self, node_id: str, msg: str, formatted_tb: str) -> None:
        """Count an exception of a task, by its traceback."""
        key = hash(formatted_tb)
        if key not in self.exceptions and self.stats._is_full(self.exceptions):
            key, msg, formatted_tb = hash(FURTHER_EXCEPTIONS), FURTHER_EXCEPTIONS, ""
        kind = self.exceptions.setdefault(
            key, {"count": 0, "msg": msg, "traceback": formatted_tb, "nodes": set()}
        )
        kind["count"] += 1
        kind["nodes"].add(node_id)

    def register_message(self, msg_type: str, listener: Callable[..., Any], concurrent: bool = False) -> None:
        """Call `listener(environment=..., msg=...)` for such messages.

        `concurrent`: in a greenlet of its own, when the message comes from another process.
        """
        if msg_type in self.custom_messages:
            raise Exception(
                f"Tried to register listener method for {msg_type}, but it already had a listener!"
            )
        self.custom_messages[msg_type] = (listener, concurrent)


class LocalRunner(Runner):
    """Runs a test in this process alone."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        # As if it were the only worker, so that a model need not care.
        self.worker_index = 0
        self.worker_count = 1
        self._local_worker_node = WorkerNode("local")
        self.client_id = f"{socket.gethostname()}_{uuid4().hex}"
        environment.events.user_error.add_listener(self._on_user_error)

    def _on_user_error(
        self, user_instance: Any, exception: BaseException, tb: TracebackType | None, **kwargs: Any
    ) -> None:
        self.log_exception("local", text_of(exception), "".join(traceback.format_tb(tb)))

    def start(
        self,
        user_count: int,
        spawn_rate: float,
        wait: bool = False,
        user_classes: list[type[User]] | None = None,
    ) -> None:
        """Start a test, or lead the running one to `user_count` users, so many per second. Returns at once.

        `user_classes` are those to choose further users from; None for all of the environment. `ValueError`
        if `wait` is given and one second does not suffice.
        """
        user_count = math.ceil(user_count)  # shapes compute it
        self.spawn_rate = spawn_rate
        if wait and user_count - self.user_count > spawn_rate:
            raise ValueError("wait is True but the amount of users to add is greater than the spawn rate")
        if self.spawning_greenlet is not None:
            self.spawning_greenlet.kill(block=True)
        self.spawning_greenlet = self._spawn_driver(self._start, user_count, spawn_rate, wait, user_classes)

    def _start(
        self, user_count: int, spawn_rate: float, wait: bool, user_classes: list[type[User]] | None
    ) -> None:
        self.target_user_count = user_count
        try:
            if self.state not in (STATE_RUNNING, STATE_SPAWNING):
                self._begin_test()
            if self.environment.host:
                for user_class in self.user_classes:
                    user_class.host = self.environment.host
            if self.state not in (STATE_INIT, STATE_STOPPED):
                self.update_state(STATE_SPAWNING)
            logger.info(f"Ramping to {user_count} users at a rate of {spawn_rate:.2f} per second")
            if self.environment.dispatcher_class is UsersDispatcher:
                with while_users_are_made(user_count):
                    self._ramp(self._wanted_users(user_classes), user_count, spawn_rate)
            else:
                self._follow_dispatcher(user_count, spawn_rate, user_classes)
            if wait:
                self.user_greenlets.join()
                logger.info("All users stopped\n")
        except StopTest as reason:
            end_test(self.environment, reason)
            return
        counts = self.user_classes_count
        logger.info(f"All users spawned: {format_user_classes_count(counts)}")
        self.target_user_classes_count = counts
        self.environment.events.spawning_complete.fire(user_count=sum(counts.values()))

    def _begin_test(self) -> None:
        self.stats.clear_all()
        self.exceptions = {}
        self.cpu_warning_emitted = False
        self.worker_cpu_warning_emitted = False
        self.environment._filter_tasks_by_tags()
        self.environment.events.test_start.fire(environment=self.environment)

    def _wanted_users(self, user_classes: list[type[User]] | None) -> Population:
        if self._population is None:
            self._population = Population(self.user_classes if user_classes is None else user_classes)
        elif user_classes is not None:
            self._population.choose_from(user_classes)
        return self._population

    def _follow_dispatcher(
        self, user_count: int, spawn_rate: float, user_classes: list[type[User]] | None
    ) -> None:
        if self._users_dispatcher is None:
            self._users_dispatcher = self.environment.dispatcher_class(
                worker_nodes=[self._local_worker_node], user_classes=self.user_classes
            )
        self._users_dispatcher.new_dispatch(user_count, spawn_rate, user_classes)
        follow_dispatcher(self, self._users_dispatcher, self._local_worker_node)

    def _ramp(self, population: Population, user_count: int, spawn_rate: float) -> None:
        """Start or stop users one by one, each at its time, until there are `user_count`."""
        growing = user_count > population.total
        ramp = nest_engine.Ramp(population.total, user_count, spawn_rate)
        stopping: list[gevent.Greenlet] = []
        per_second = max(1, int(spawn_rate))
        done = 0
        began = step_began = time.perf_counter()
        was_late = False
        while done < ramp.steps:
            last_began, step_began = step_began, time.perf_counter()
            since_late_step = step_began - last_began if was_late else 0.0
            step = min(ramp.step(done, step_began - began, since_late_step), LARGEST_STEP)
            done += step
            if growing and step:
                added = population.add(step)
                if not added:
                    break  # every fixed count is filled, and there are no other classes
                if any(number % per_second == 0 for number in range(done - step, done)):
                    # As often as Locust, which ramps in steps of a second: replace users that have ended.
                    counts = self.user_greenlets.counts()
                    added = [
                        name
                        for name, wanted in population.counts().items()
                        for _ in range(wanted - counts[name])
                    ]
                self._spawn(added)
            elif step:
                population.remove(step)
                counts = self.user_greenlets.counts()
                wanted_counts = population.counts()
                surplus = {name: count - wanted_counts.get(name, 0) for name, count in counts.items()}
                stopping = [greenlet for greenlet in stopping if greenlet in self.user_greenlets]
                for greenlet in stopping:
                    surplus[self.user_greenlets.name_of(greenlet)] -= 1
                stopping += self._ask_to_stop(surplus)
            if done < ramp.steps:
                now = time.perf_counter()
                was_late = ramp.is_late(done, now - began)
                nest_engine.sleep(ramp.pause(done, now - began, now - step_began))
        self._finish(stopping)

    def send_message(self, msg_type: str, data: Any = None, client_id: str | None = None) -> None:
        """Call the listener registered for this type of message, and return when it has."""
        logger.debug(f"Running locally: sending {msg_type} message to self")
        if msg_type not in self.custom_messages:
            logger.warning(f"Unknown message type received: {msg_type}")
            return
        listener, _ = self.custom_messages[msg_type]
        listener(environment=self.environment, msg=Message(msg_type, data, "local"))


class DistributedRunner(Runner):
    """A runner that shares its test with other processes: here for `isinstance`, tests are run locally."""

    def __init__(self, environment: Environment) -> None:
        refuse(type(self).__name__)


class MasterRunner(MasterMembers, DistributedRunner):
    """The runner which tells the workers what to do."""

    def __init__(self, environment: Environment, master_bind_host: str, master_bind_port: int) -> None:
        super().__init__(environment)

    def stop(self, send_stop_to_client: bool = True) -> None:
        refuse("stop")


class WorkerRunner(WorkerMembers, DistributedRunner):
    """A runner which does what its master tells."""

    def __init__(self, environment: Environment, master_host: str, master_port: int) -> None:
        super().__init__(environment)


# Their names until 0.14.
LocustRunner = Runner
LocalLocustRunner = LocalRunner
MasterLocustRunner = MasterRunner
SlaveLocustRunner = WorkerRunner
SlaveNode = WorkerNode


def resident_bytes() -> int:
    """The memory that this process has in RAM."""
    with open("/proc/self/statm") as statm:
        pages = int(statm.read().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
