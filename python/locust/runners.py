"""Runners start and stop the users of a test."""

from __future__ import annotations

import json
import logging
import math
import os
import socket
import time
import traceback
from abc import abstractmethod
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, TypedDict
from uuid import uuid4

import gevent
from gevent.event import Event
from gevent.pool import Group

import nest_engine

from . import log
from .event import CONTROL_FLOW, EventHook
from .exception import LocustError, StopTest
from .log import greenlet_exception_logger
from .population import Population, UserGroup
from .rpc import Message
from .stats import RequestStats, StatsListener
from .user.task import LOCUST_STATE_STOPPING, LOCUST_STATE_WAITING
from .user.users import User, shown_name

if TYPE_CHECKING:
    from .env import Environment

logger = logging.getLogger(__name__)

STATE_INIT = "ready"
STATE_SPAWNING = "spawning"
STATE_RUNNING = "running"
STATE_CLEANUP = "cleanup"
STATE_STOPPING = "stopping"
STATE_STOPPED = "stopped"
STATE_MISSING = "missing"

# Models assign to these: they are read when they are used.
CPU_MONITOR_INTERVAL = 10.0
CPU_WARNING_THRESHOLD = 90

# Users started in one go: between two goes those already there get to run.
LARGEST_STEP = 50

# Seconds that users get to notice that they are abandoned.
ABANDON_TIMEOUT = 1.0

# The runner of this process, for models of 0.x.
locust_runner: Runner | None = None


class ExceptionDict(TypedDict):
    """One kind of exception that tasks raised."""

    count: int
    msg: str
    traceback: str
    nodes: set[str]


def locust_exception_handler(environment: Environment) -> Callable[[gevent.Greenlet], None]:
    """What to link to a greenlet that drives the test: StopTest ends the test, anything else is logged."""
    log_exception = greenlet_exception_logger(logger)

    def handle(greenlet: gevent.Greenlet) -> None:
        if isinstance(greenlet.exception, StopTest):
            end_test(environment, greenlet.exception)
        else:
            log_exception(greenlet)

    return handle


def end_test(environment: Environment, reason: StopTest) -> None:
    """Stop the test, and the process with it if nobody could start another one."""
    logger.error(reason)
    logger.warning("Stopping Locust...")
    if environment.runner is None:
        return
    if getattr(environment.parsed_options, "headless", False):
        environment.runner.quit()
    else:
        environment.runner.stop()


class Runner:
    """Runs a test: the base of the runner of one process and of those which share a test."""

    def __init__(self, environment: Environment) -> None:
        global locust_runner
        locust_runner = self
        self.environment = environment
        # The users' greenlets; the first argument of each is its user.
        self.user_greenlets = UserGroup()
        # What drives the test; it ends when the test is over for good.
        self.greenlet = Group()
        self.state = STATE_INIT
        self.spawning_greenlet: gevent.Greenlet | None = None
        self.shape_greenlet: gevent.Greenlet | None = None
        self.shape_last_tick: Any = None
        self.current_cpu_usage = 0.0
        self.current_memory_usage = 0
        self.cpu_warning_emitted = False
        self.worker_cpu_warning_emitted = False
        # By the hash of the traceback.
        self.exceptions: dict[int, ExceptionDict] = {}
        # What the last ramp that was completed led to, and what the present one leads to.
        self.target_user_classes_count: dict[str, int] = {}
        self.target_user_count = 0
        # The users there were when the test was stopped.
        self.final_user_classes_count: dict[str, int] = {}
        self.custom_messages: dict[str, tuple[Callable[..., Any], bool]] = {}
        self.connection_broken = False
        self._population: Population | None = None
        # While stop() is at work: who does it, and an event for others to wait for.
        self._stopper: gevent.Greenlet | None = None
        self._stop_finished = Event()
        # Whose call of stop() or quit() is being carried out.
        self._callers: set[Any] = set()

        environment.events.request.add_listener(StatsListener(environment))
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
    def user_classes(self) -> list[type[User]]:
        return self.environment.user_classes

    @property
    def user_classes_by_name(self) -> dict[str, type[User]]:
        return self.environment.user_classes_by_name

    @property
    def stats(self) -> RequestStats:
        return self.environment.stats

    @property
    def errors(self) -> Any:
        """The failures of requests by kind."""
        return self.stats.errors

    @property
    def user_count(self) -> int:
        """How many users run."""
        return len(self.user_greenlets)

    @property
    def user_classes_count(self) -> dict[str, int]:
        """How many users of each class run."""
        counts = self.user_greenlets.counts()
        return {shown_name(user_class): counts[shown_name(user_class)] for user_class in self.user_classes}

    def update_state(self, new_state: str) -> None:
        self.state = new_state

    def cpu_log_warning(self) -> bool:
        """Say so at the end if the processor was the limit at some time."""
        if self.cpu_warning_emitted:
            logger.warning("CPU usage was too high at some point during the test!")
        return self.cpu_warning_emitted

    def spawn_users(self, user_classes_spawn_count: dict[str, int], wait: bool = False) -> list[User]:
        """Start so many users of each class, and return them; with `wait`, when all users ended."""
        if logger.isEnabledFor(logging.DEBUG):
            logger.debug(
                f"Spawning additional {json.dumps(user_classes_spawn_count)} "
                f"({json.dumps(self.user_classes_count)} already running)..."
            )
        names = [name for name, count in user_classes_spawn_count.items() for _ in range(count)]
        users = self._spawn(names)
        if wait:
            self.user_greenlets.join()
            logger.info("All users stopped\n")
        return users

    def _spawn(self, names: Iterable[str]) -> list[User]:
        if self.state in (STATE_INIT, STATE_STOPPED):
            self.update_state(STATE_SPAWNING)
        classes = self.user_classes_by_name
        users = []
        for name in names:
            user = make_user(classes[name], self.environment)
            user.start(self.user_greenlets)
            users.append(user)
        return users

    def stop_users(self, user_classes_stop_count: dict[str, int]) -> None:
        """Stop so many users of each class, and wait until they have ended.

        With a `stop_timeout` they finish their tasks first, if that takes no longer.
        """
        self._finish(self._ask_to_stop(user_classes_stop_count))

    def _ask_to_stop(self, user_classes_stop_count: dict[str, int]) -> list[gevent.Greenlet]:
        """Tell users to stop; returns the greenlets to wait for."""
        wanted = {name: count for name, count in user_classes_stop_count.items() if count > 0}
        waited_for = []
        for user in self._stoppable_first(self.user_greenlets.users()):
            if not wanted:
                break
            name = shown_name(type(user))
            if name not in wanted:
                continue
            wanted[name] -= 1
            if not wanted[name]:
                del wanted[name]
            if self._ask_user_to_stop(user):
                waited_for.append(user.greenlet)
        return waited_for

    def _stoppable_first(self, users: Iterable[User]) -> Iterable[User]:
        # Who was asked before is only waited for, when there are no others.
        asked = []
        for user in users:
            if user._state == LOCUST_STATE_STOPPING or user.greenlet in self.user_greenlets.dying:
                asked.append(user)
            else:
                yield user
        yield from asked

    def _ask_user_to_stop(self, user: User) -> bool:
        """Whether to wait for the user's end."""
        greenlet = user.greenlet
        assert greenlet is not None
        if greenlet is gevent.getcurrent():  # waiting for it would be waiting for ourselves
            self.user_greenlets.killone(greenlet, block=False)
            return False
        if greenlet in self._callers:  # its task ends with this call
            self.user_greenlets.killone(greenlet, block=False)
        elif type(user).stop is not User.stop:
            gevent.spawn(user.stop, force=not self.environment.stop_timeout)
        elif not self.environment.stop_timeout or user._state in (None, LOCUST_STATE_WAITING):
            self.user_greenlets.killone(greenlet, block=False)
        else:
            user._state = LOCUST_STATE_STOPPING
        return True

    def _finish(self, greenlets: list[gevent.Greenlet]) -> None:
        """Wait for users that were asked to stop, and kill those which take longer than `stop_timeout`."""
        timeout = self.environment.stop_timeout or None
        gevent.joinall(greenlets, timeout=timeout)
        late = [greenlet for greenlet in greenlets if not greenlet.dead]
        if late:
            logger.info(
                f"Not all users finished their tasks & terminated in {timeout} seconds. Stopping them..."
            )
            gevent.killall(late)
        logger.debug("%i users have been stopped, %i still running", len(greenlets), self.user_count)

    def monitor_cpu_and_memory(self) -> NoReturn:
        """Measure this process and tell listeners, at intervals, for ever."""
        used, at = time.process_time(), time.perf_counter()
        while True:
            gevent.sleep(CPU_MONITOR_INTERVAL)
            used_before, before = used, at
            used, at = time.process_time(), time.perf_counter()
            self.current_cpu_usage = 100 * (used - used_before) / (at - before)
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

    def start_shape(self) -> None:
        """Run the test that the environment's shape describes."""
        if self.shape_greenlet:
            logger.info("There is an ongoing shape test running. Editing is disabled")
            return
        assert self.environment.shape_class is not None
        logger.info("Shape test starting.")
        self.update_state(STATE_INIT)
        self.shape_greenlet = self._spawn_driver(self.shape_worker)
        self.environment.shape_class.reset_time()

    def shape_worker(self) -> None:
        """Do once a second what the shape says, until it says no more."""
        shape = self.environment.shape_class
        assert shape is not None
        while self.state in (STATE_INIT, STATE_SPAWNING, STATE_RUNNING):
            began = time.perf_counter()
            tick = shape.tick()
            if tick is None:
                logger.info("Shape test stopping")
                self.shape_greenlet = None
                self.shape_last_tick = None
                if getattr(self.environment.parsed_options, "headless", False):
                    self.quit()
                else:
                    self.stop()
                return
            if tick != self.shape_last_tick:
                user_count, spawn_rate, *rest = tick
                logger.info(f"Shape test updating to {int(user_count)} users at {spawn_rate:.2f} spawn rate")
                self.start(user_count, spawn_rate, user_classes=rest[0] if rest else None)
                self.shape_last_tick = tick
            gevent.sleep(max(0, 1 - (time.perf_counter() - began)))

    def stop(self) -> None:
        """Stop the test: all users end. Another one may be started."""
        if self.state == STATE_STOPPED:
            return
        self._carry_out(self._stop)

    def quit(self) -> None:
        """Stop the test for good."""
        self._carry_out(self._quit)

    def _carry_out(self, action: Callable[[], None]) -> None:
        """Call `action`, which kills the users and the greenlets of this runner, from a greenlet that is
        neither.

        A user that calls `runner.quit()` is thereby killed within the call, like all other users.
        """
        caller = gevent.getcurrent()
        if caller not in self.user_greenlets and caller not in self.greenlet:
            action()
            return
        stop_was_running = self._stopper is not None
        self._callers.add(caller)
        actor = gevent.spawn(action)
        actor.link_exception(locust_exception_handler(self.environment))
        if not stop_was_running:  # it waits for the users, of whom this may be one in its on_stop
            actor.join()

    def abandon_users(self) -> None:
        """Kill all users without waiting for their on_stop: for who asks a second time to stop."""
        self.user_greenlets.kill(block=True, timeout=ABANDON_TIMEOUT)
        for greenlet in list(self.user_greenlets):
            self.user_greenlets.discard(greenlet)

    def _quit(self) -> None:
        self._stop()
        self.greenlet.kill(block=True)

    def _stop(self) -> None:
        if self.state == STATE_STOPPED or self._stopper is gevent.getcurrent():
            return
        if self._stopper is not None:
            self._stop_finished.wait()
            return
        self._stopper = gevent.getcurrent()
        self._stop_finished.clear()
        try:
            self._stop_everything()
        finally:
            self._stopper = None
            self._callers.clear()
            self._stop_finished.set()

    def _stop_everything(self) -> None:
        if self.state != STATE_CLEANUP:  # else an earlier call was cut short
            logger.debug("Stopping all users")
            self._tell(self.environment.events.test_stopping)
            self.final_user_classes_count = self.user_classes_count
            self.update_state(STATE_CLEANUP)
        if self.spawning_greenlet is not None:
            self.spawning_greenlet.kill(block=True)
        if self.shape_greenlet is not None:
            self.shape_greenlet.kill(block=True)
            self.shape_greenlet = None
        self.shape_last_tick = None
        self.stop_users(self.user_classes_count)
        self._population = None
        self.update_state(STATE_STOPPED)
        self.cpu_log_warning()
        self._tell(self.environment.events.test_stop)

    def _tell(self, hook: EventHook) -> None:
        """Fire an event of the test's end, which no listener can prevent."""
        try:
            hook.fire(environment=self.environment)
        except CONTROL_FLOW:
            logger.error("Uncaught exception in event handler: \n%s", traceback.format_exc())
            log.note_unhandled_exception()

    def log_exception(self, node_id: str, msg: str, formatted_tb: str) -> None:
        """Count an exception of a task, by its traceback."""
        kind = self.exceptions.setdefault(
            hash(formatted_tb), {"count": 0, "msg": msg, "traceback": formatted_tb, "nodes": set()}
        )
        kind["count"] += 1
        kind["nodes"].add(node_id)

    def register_message(self, msg_type: str, listener: Callable[..., Any], concurrent: bool = False) -> None:
        """Call `listener(environment=..., msg=...)` for such messages, in a greenlet if `concurrent`."""
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
        self.client_id = f"{socket.gethostname()}_{uuid4().hex}"
        environment.events.user_error.add_listener(self._on_user_error)

    def _on_user_error(
        self, user_instance: Any, exception: BaseException, tb: TracebackType | None, **kwargs: Any
    ) -> None:
        self.log_exception("local", str(exception), "".join(traceback.format_tb(tb)))

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
            if self._population is None:
                self._population = Population(user_classes or self.user_classes)
            elif user_classes:
                self._population.choose_from(user_classes)
            self._ramp(self._population, user_count, spawn_rate)
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

    def _ramp(self, population: Population, user_count: int, spawn_rate: float) -> None:
        """Start or stop users one by one, each at its time, until there are `user_count`."""
        growing = user_count > population.total
        ramp = nest_engine.Ramp(population.total, user_count, spawn_rate)
        stopping: list[gevent.Greenlet] = []
        done = 0
        began = time.perf_counter()
        while done < ramp.steps:
            elapsed = time.perf_counter() - began
            step = min(ramp.due(elapsed) - done, LARGEST_STEP)
            done += step
            if growing and step:
                if not population.add(step):
                    break  # every fixed count is filled, and there are no other classes
                # The difference rather than the step: a user that has ended meanwhile is replaced.
                counts = self.user_greenlets.counts()
                for name, wanted in population.counts().items():
                    self._spawn([name] * (wanted - counts[name]))
            elif step:
                population.remove(step)
                counts = self.user_greenlets.counts()
                wanted_counts = population.counts()
                surplus = {name: count - wanted_counts.get(name, 0) for name, count in counts.items()}
                stopping = [greenlet for greenlet in stopping if not greenlet.dead]
                for greenlet in stopping:
                    surplus[shown_name(type(greenlet.args[0]))] -= 1
                stopping += self._ask_to_stop(surplus)
            if done < ramp.steps:
                nest_engine.sleep(max(0.0, ramp.next_due(time.perf_counter() - began)))
        self._finish(stopping)

    def send_message(self, msg_type: str, data: Any = None, client_id: str | None = None) -> None:
        """Deliver a message to the listener registered for its type in this process."""
        logger.debug(f"Running locally: sending {msg_type} message to self")
        if msg_type not in self.custom_messages:
            logger.warning(f"Unknown message type received: {msg_type}")
            return
        listener, concurrent = self.custom_messages[msg_type]
        message = Message(msg_type, data, "local")
        if concurrent:
            gevent.spawn(listener, environment=self.environment, msg=message)
        else:
            listener(environment=self.environment, msg=message)


class DistributedRunner(Runner):
    """A runner that shares its test with other processes: here for `isinstance`, tests are run locally."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise LocustError(f"{type(self).__name__}: tests of several processes are not supported yet")


class MasterRunner(DistributedRunner):
    """The runner which tells the workers what to do."""


class WorkerRunner(DistributedRunner):
    """A runner which does what its master tells."""


# Their names until 0.14.
LocustRunner = Runner
LocalLocustRunner = LocalRunner
MasterLocustRunner = MasterRunner
SlaveLocustRunner = WorkerRunner


def make_user(user_class: type[User], environment: Environment) -> User:
    """A new user, ready to be started."""
    if user_class._is_legacy:
        return user_class.make(environment)  # type: ignore[attr-defined]
    user = user_class(environment)
    if not hasattr(user, "environment"):
        raise AssertionError(
            f"{user_class.__name__} has no attribute 'environment': does its __init__ call "
            "super().__init__(*args, **kwargs)?"
        )
    return user


def format_user_classes_count(counts: dict[str, int]) -> str:
    return f"{json.dumps(counts, sort_keys=True)} ({sum(counts.values())} total users)"


def resident_bytes() -> int:
    """The memory that this process has in RAM."""
    with open("/proc/self/statm") as statm:
        pages = int(statm.read().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
