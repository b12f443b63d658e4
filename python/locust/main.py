"""One test from its first event to its last table.

Whatever user code does (raise in a listener, call `sys.exit`), and whoever ends the test (Ctrl-C, SIGTERM,
the time limit), the shutdown runs to its end: users stop, the results are printed and written.
"""

from __future__ import annotations

import logging
import os
import resource
import signal
import sys
import traceback
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, NoReturn

import gevent
from gevent.event import Event

import nest_engine
from locust_nest.keys import key_bindings

from . import _forks, argument_parser, log, stalls, stats
from ._locustfiles import merge_locustfiles_content
from ._report.outputs import Outputs
from ._stats.history import record_timeline
from ._texts import text_of
from ._version import version
from .argument_parser import get_locustfiles_locally, get_parser, parse_locustfile_option
from .env import Environment
from .event import Events
from .exception import StopTest
from .html import get_html_report, process_html_filename
from .input_events import input_listener
from .log import greenlet_exception_logger, setup_logging
from .opentelemetry import setup_opentelemetry
from .runners import STATE_STOPPED
from .shape import LoadTestShape
from .user import User
from .user.inspectuser import print_task_ratio, print_task_ratio_json
from .util.load_locustfile import load_locustfile, load_locustfile_pytest

__all__ = [
    "COMMON_OPTIONS",
    "Environment",
    "create_environment",
    "get_html_report",
    "get_locustfiles_locally",
    "get_parser",
    "greenlet_exception_logger",
    "input_listener",
    "load_locustfile",
    "load_locustfile_pytest",
    "logger",
    "main",
    "merge_locustfiles_content",
    "parse_locustfile_option",
    "print_task_ratio",
    "print_task_ratio_json",
    "process_html_filename",
    "run_test",
    "setup_logging",
    "setup_opentelemetry",
    "stats",
    "version",
]

logger = logging.getLogger(__name__)

# Options that mean nothing to a shape, unless it reads them.
COMMON_OPTIONS = {"num_users": "users", "spawn_rate": "spawn-rate", "run_time": "run-time"}

# Beside one connection for each user.
OWN_OPEN_FILES = 32

INIT_FAILED = 1
LISTENER_FAILED = 2


def main() -> NoReturn:
    """Do what `sys.argv` asks of the program `locust`, and end the process with its exit code."""
    from locust_nest import entry

    sys.argv[0] = "locust"
    sys.exit(entry.main())


def create_environment(
    user_classes: list[type[User]],
    options: Namespace,
    events: Events | None = None,
    shape_class: LoadTestShape | None = None,
    locustfile: str | None = None,
    parsed_locustfiles: list[str] | None = None,
    available_user_classes: dict[str, type[User]] | None = None,
    available_shape_classes: dict[str, LoadTestShape] | None = None,
    available_user_tasks: dict[str, list[Any]] | None = None,
) -> Environment:
    """The environment of a run with these options, of which may be missing what is as usual."""
    parsed_options = argument_parser.parsed_options(options)
    return Environment(
        user_classes=user_classes,
        shape_class=shape_class,
        locustfile=locustfile,
        events=events,
        host=parsed_options.host,
        reset_stats=parsed_options.reset_stats,
        parsed_options=parsed_options,
        parsed_locustfiles=parsed_locustfiles,
        available_user_classes=available_user_classes,
        available_shape_classes=available_shape_classes,
        available_user_tasks=available_user_tasks,
        profile=parsed_options.profile,
    )


def run_test(environment: Environment, options: Namespace) -> int:
    """Run the environment's test without a web page, until it is over; returns the exit code of the process.

    `options` serve when the environment has no parsed_options. On the main greenlet; logging is set up, the models
    are imported.
    """
    if environment.parsed_options is None:
        environment.parsed_options = argument_parser.parsed_options(options)
    return TestRun(environment, environment.parsed_options).run()


class TestRun:
    """The course of one test."""

    __test__ = False  # not for pytest

    def __init__(self, environment: Environment, options: Namespace) -> None:
        self.environment = environment
        self.options = options
        # Nobody could start the test later: there is no web page.
        options.headless = True
        self._background: list[gevent.Greenlet] = []
        self._csv_writer: Any = None
        self._outputs = Outputs(environment, options)
        # What sys.exit() was called with, by whoever called it last.
        self._exit_requested: SystemExit | None = None
        self._signals = Signals()

    def run(self) -> int:
        with self._signals.caught():
            self._warn_about_options()
            self._warn_about_open_files()
            self.runner = self.environment.create_local_runner()
            self._log_exception = greenlet_exception_logger(logger)
            try:
                code = self._init()
            except SystemExit as request:
                _forks.leave_if_child(request)
                self._close_csv_files()
                return exit_code_of(request)
            if code:
                self._close_csv_files()
                return code
            if self.runner.state != STATE_STOPPED:  # else an init listener has called quit()
                self._guarded(self._start)
            self._guarded(self._wait_until_over)
            return self._shut_down()

    def _warn_about_options(self) -> None:
        shape = self.environment.shape_class
        given = [f"--{name}" for dest, name in COMMON_OPTIONS.items() if getattr(self.options, dest)]
        if shape is not None and not shape.use_common_options and given:
            logger.warning(
                "--run-time, --users or --spawn-rate have no impact on LoadShapes "
                "unless the shape class explicitly reads them."
            )
            logger.warning(f"The following option(s) will be ignored: {', '.join(given)}")
        fixed_count = sum(user_class.fixed_count for user_class in self.environment.user_classes)
        users = self.options.num_users
        if shape is None and users and fixed_count > users:
            logger.info(
                f"Total fixed_count of User classes ({fixed_count}) is greater than the specified number of "
                f"users ({users}), so not all will be spawned."
            )

    def _warn_about_open_files(self) -> None:
        """Each user keeps a connection; the limit has been raised as far as it goes when the process began."""
        limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        users = self.options.num_users or 1
        if limit != resource.RLIM_INFINITY and limit < users + OWN_OPEN_FILES:
            logger.warning(
                f"Only {limit} files may be open at a time, which {users} users with a connection each will exceed: "
                f"requests will fail with 'Too many open files'. Raise the limit: ulimit -n {users * 2 + 1000}"
            )

    def _init(self) -> int:
        if self.options.csv_prefix:
            self._csv_writer = stats.StatsCSVFileWriter(
                self.environment,
                stats.PERCENTILES_TO_REPORT,
                self.options.csv_prefix,
                self.options.stats_history_enabled,
            )
        try:
            self.environment.events.init.fire(environment=self.environment, runner=self.runner, web_ui=None)
        except Exception:
            logger.error("Uncaught exception in event handler: \n%s", traceback.format_exc())
            return INIT_FAILED
        return INIT_FAILED if log.unhandled_greenlet_exception else 0

    def _start(self) -> None:
        if not self.options.only_summary:
            self._spawn(stats.stats_printer(self.runner.stats))
        self._spawn(stats.stats_history, self.runner)
        self._spawn(record_timeline, self.runner)
        self._spawn(input_listener(key_bindings(self.environment)))
        if self._csv_writer is not None:
            self._spawn(self._csv_writer.stats_writer)

        if self.options.num_users is None:
            self.options.num_users = 1
        if self.options.spawn_rate is None:
            self.options.spawn_rate = 1
        self._outputs.prepare()
        if self.environment.shape_class is not None:
            self.runner.start_shape()
            self._spawn(self._quit_after_shape, self.runner.shape_greenlet)
        else:
            self._start_for_run_time()

    def _start_for_run_time(self) -> None:
        # A shape ends by itself, perhaps according to the same option.
        self.runner.start(self.options.num_users, self.options.spawn_rate)
        if self.options.run_time:
            logger.info(f"Run time limit set to {self.options.run_time} seconds")
            self._spawn(self._quit_after_run_time, self.options.run_time)
        else:
            logger.info("No run time limit set, use CTRL+C to interrupt")

    def _spawn(self, function: Callable[..., Any], *args: Any) -> None:
        greenlet = gevent.spawn(function, *args)
        greenlet.link_exception(self._log_exception)
        self._background.append(greenlet)

    def _quit_after_run_time(self, run_time_s: float) -> None:
        nest_engine.sleep(run_time_s)  # by the clock: gevent's loop may be behind after slow imports
        logger.info("--run-time limit reached, shutting down")
        self.runner.quit()

    def _quit_after_shape(self, shape_greenlet: gevent.Greenlet) -> None:
        shape_greenlet.join()
        logger.info("Shape test completed, shutting down")
        self.runner.quit()

    def _wait_until_over(self) -> None:
        gevent.spawn(self.runner.greenlet.join).rawlink(lambda _: self._signals.arrived.set())
        self._signals.wait()

    def _shut_down(self) -> int:
        events = self.environment.events
        # Where Locust writes it: a listener of `quitting` may take it away.
        self._guarded(self._outputs.write_page)
        logger.debug("Running teardowns...")
        self._guarded(events.quitting.fire, environment=self.environment, reverse=True)
        code = self._exit_code()
        logger.info(f"Shutting down (exit code {code})")
        self._stop_users()
        gevent.killall(self._background, block=False)
        self._close_csv_files()
        self._guarded(self._outputs.finish)
        # What the users' end brought to light.
        code = code or self._exit_code_of_exit()
        self._guarded(events.quit.fire, exit_code=code)
        return exit_code_of(self._exit_requested) if self._exit_requested else code

    def _close_csv_files(self) -> None:
        if self._csv_writer is not None:
            self._guarded(self._csv_writer.close_files)

    def _stop_users(self) -> None:
        while self.runner.state != STATE_STOPPED:
            try:
                self.runner.quit()
            except SystemExit as request:  # from an on_stop: the other users have yet to end
                self._exit_requested = request
            except KeyboardInterrupt:
                logger.warning("Interrupted again: the users that have not stopped are abandoned")
                with suppress(KeyboardInterrupt):
                    self.runner.abandon_users()
            except Exception:
                logger.critical("Could not stop the test", exc_info=True)
                return

    def _exit_code(self) -> int:
        if self._exit_requested is not None:
            return exit_code_of(self._exit_requested)
        if self.environment.process_exit_code is not None:
            return self.environment.process_exit_code
        if len(self.runner.errors) or len(self.runner.exceptions):
            return self.options.exit_code_on_error
        return LISTENER_FAILED if log.unhandled_greenlet_exception else 0

    def _exit_code_of_exit(self) -> int:
        return exit_code_of(self._exit_requested) if self._exit_requested is not None else 0

    def _guarded(self, step: Callable[..., None], *args: Any, **kwargs: Any) -> None:
        """Take a step of the run; what user code raises in it must not prevent the next ones."""
        try:
            step(*args, **kwargs)
            _forks.leave_if_child()
        except SystemExit as request:
            _forks.leave_if_child(request)
            self._exit_requested = request
        except KeyboardInterrupt as interrupt:
            _forks.leave_if_child(interrupt)
        except StopTest as reason:
            logger.error(reason)
        except Exception:
            logger.critical("Unhandled exception", exc_info=True)
            log.note_unhandled_exception()


class Signals:
    """SIGINT, SIGTERM and SIGHUP as an event of the main greenlet.

    The second one interrupts what the main greenlet waits for. Where it does not get round to see a signal,
    because some task keeps the thread for itself, the first one makes that known, and the second one
    interrupts that task, and every further one that does the same.
    """

    def __init__(self) -> None:
        self.arrived = Event()
        self._count = 0
        self._seen = False
        self._names: list[str] = []
        self._culprit_told = False

    @contextmanager
    def caught(self) -> Iterator[None]:
        self._main = gevent.getcurrent()
        self._hub = gevent.get_hub()
        before = {
            number: _forks.set_signal_handler(number, self._arrive)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
            if signal.getsignal(number) is not signal.SIG_IGN  # as for a job in the background
        }
        stalls.tell_first(self._stuck)
        try:
            yield
        finally:
            stalls.tell_first(None)
            for number, handler in before.items():
                signal.signal(number, handler)

    def wait(self) -> None:
        """Return when a signal arrives, or when somebody sets `arrived`."""
        try:
            self.arrived.wait()
        finally:
            self._seen = True
        for name in ("SIGTERM", "SIGHUP"):
            if name in self._names:
                logger.info(f"Got {name} signal")

    def _arrive(self, number: int, frame: FrameType | None) -> None:
        # Between two instructions of whatever runs: nothing here may wait or touch the state of a greenlet.
        self._count += 1
        self._names.append(signal.Signals(number).name)
        nest_engine.look_for_stalls_again()
        if not self._seen and self._count == 1:
            self._hub.loop.run_callback_threadsafe(self.arrived.set)
        elif not self._seen and gevent.getcurrent() is not self._hub:
            raise self._interruption()
        else:
            self._hub.loop.run_callback_threadsafe(self._interrupt_main)

    def _stuck(self, place: FrameType) -> bool:
        """Deal with a task that keeps a signal waiting; False if none is."""
        if not self._count or gevent.getcurrent() is self._main:
            return False
        if self._count > 1:
            nest_engine.look_for_stalls_again()
            raise self._interruption()
        if not self._culprit_told:
            self._culprit_told = True
            code = place.f_code
            line = (
                f"{self._names[0]} has to wait for {code.co_name}() at {code.co_filename}:{place.f_lineno}, which lets "
                "nothing else run; a second signal ends the run at once, with its results\n"
            )
            with suppress(OSError):
                os.write(2, line.encode(errors="replace"))
        return True

    def _interruption(self) -> BaseException:
        # A task is ended as a user is killed: with its on_stop, and without a traceback.
        return KeyboardInterrupt() if gevent.getcurrent() is self._main else gevent.GreenletExit()

    def _interrupt_main(self) -> None:
        if not self._main.dead:
            self._main.throw(KeyboardInterrupt)


def exit_code_of(request: SystemExit) -> int:
    """The exit code that `sys.exit` was called for; a text goes to stderr, as Python does it."""
    if request.code is None:
        return 0
    if isinstance(request.code, int):
        return request.code
    print(text_of(request.code), file=sys.stderr)
    return 1
