"""The helper processes of a run: started before the test, watched during it, stopped however it ends."""

import atexit
import logging
import os
import sys
import time
from collections.abc import Callable, Sequence

import gevent

from locust import _forks
from nest_engine import DependencySpec, DependencyState, DependencyStatus, Supervisor, UsageError

logger = logging.getLogger(__name__)

_POLL_INTERVAL_S = 0.02
_WATCH_INTERVAL_S = 0.1
_QUIET_START_S = 1.0  # a start that is faster needs no progress messages
_PROGRESS_INTERVAL_S = 10.0
_STILL_RUNNING = (DependencyState.STARTING, DependencyState.READY)

OnDeath = Callable[[str, str], None]


class Dependencies:
    """
    Helper processes, from the start of the first to the end of the last.

    :param log_path: where their output goes, each line as `[name] line`; begun anew by `start()`, and left
        alone when there is nothing to start
    :param grace_s: seconds between SIGTERM and SIGKILL

    Example::

        dependencies = Dependencies("dependencies.log")
        dependencies.start(config.dependencies, on_death=lambda name, reason: runner.quit())
        try:
            run()
        finally:
            dependencies.stop()
    """

    def __init__(self, log_path: str | os.PathLike[str], grace_s: float = 5.0) -> None:
        self._log_path = os.fspath(log_path)
        self._grace_s = grace_s
        self._supervisor: Supervisor | None = None
        self._stopping = False
        self._given_up: list[str] = []  # not required, and already told about
        self._at_exit = False

    def start(self, specs: Sequence[DependencySpec], on_death: OnDeath) -> None:
        """
        Starts the processes in this order, each when the one before is ready. Other greenlets run
        meanwhile.

        `on_death(name, reason)` is called in a greenlet of its own, at most once, when a required process
        ends before `stop()`. The end of another one is only logged.

        :raises UsageError: a command that cannot be executed, or a required process that ended or was not
            ready in time. What had been started is stopped again.
        """
        if not specs:
            return
        if self._supervisor is not None:
            raise RuntimeError("the dependencies were started already")
        self._supervisor = Supervisor(self._log_path)
        self._stopping = False
        atexit.register(self._stop_at_exit)
        try:
            for spec in specs:
                self._supervisor.start(spec)
                self._wait_until_ready(self._supervisor, spec)
        except BaseException:
            self.stop()
            raise
        names = ", ".join(spec.name for spec in specs)
        logger.info("Started the dependencies %s; their output is in %s", names, self._log_path)
        gevent.spawn(self._watch, self._supervisor, on_death)

    def stop(self) -> None:
        """
        Stops the processes, last started first, and returns when they are gone.

        Other greenlets run meanwhile, where that is possible: it may also be called from a signal handler,
        from the hub and at the interpreter's end. A second call waits for the same end. Ctrl-C while it
        waits cuts the grace period short.
        """
        supervisor = self._supervisor
        if supervisor is None or _forks.is_child():
            return
        self._stopping = True
        supervisor.begin_stop(self._grace_s)
        try:
            if not self._at_exit and gevent.getcurrent() is not gevent.get_hub():
                while not supervisor.wait_stopped(0):
                    gevent.sleep(_POLL_INTERVAL_S)
        except KeyboardInterrupt:
            supervisor.begin_stop(0)
            raise
        finally:
            _wait_blocking(supervisor)
            self._report_end(supervisor)

    def _stop_at_exit(self) -> None:
        self._at_exit = True
        self.stop()

    def _wait_until_ready(self, supervisor: Supervisor, spec: DependencySpec) -> None:
        begin = time.monotonic()
        next_message = begin + _QUIET_START_S
        told = False
        while True:
            statuses = supervisor.poll()
            for status in statuses:
                if status.state not in _STILL_RUNNING and status.required:
                    raise self._failure(status)
            state = statuses[-1].state
            if state != DependencyState.STARTING:
                break
            if time.monotonic() >= next_message:
                _progress(f"waiting for dependency '{spec.name}', for up to {spec.timeout_s:g} s")
                told = True
                next_message += _PROGRESS_INTERVAL_S
            gevent.sleep(_POLL_INTERVAL_S)
        if state != DependencyState.READY:
            self._given_up.append(spec.name)
            logger.warning("The run goes on although dependency '%s' %s", spec.name, statuses[-1].reason)
        elif told:
            _progress(f"dependency '{spec.name}' is ready after {time.monotonic() - begin:.1f} s")

    def _failure(self, status: DependencyStatus) -> UsageError:
        message = f"dependency '{status.name}' {status.reason}"
        if status.last_output:
            lines = "".join(f"\n    {line}" for line in status.last_output)
            message += f"; the end of its output ({self._log_path} has all of it):{lines}"
        error = UsageError(message)
        error.exit_code = 2
        return error

    def _watch(self, supervisor: Supervisor, on_death: OnDeath) -> None:
        told = set(self._given_up)
        while not self._stopping:
            for status in supervisor.poll():
                if status.state != DependencyState.DIED or status.name in told:
                    continue
                told.add(status.name)
                if status.required:
                    return on_death(status.name, status.reason)
                logger.warning("Dependency '%s' %s; the run goes on", status.name, status.reason)
            gevent.sleep(_WATCH_INTERVAL_S)

    def _report_end(self, supervisor: Supervisor) -> None:
        if self._supervisor is None:
            return  # told already
        self._supervisor = None
        atexit.unregister(self._stop_at_exit)
        for status in supervisor.poll():
            logger.debug("Dependency '%s' was stopped", status.name)
        if supervisor.log_error():
            logger.warning("Some output of the dependencies is lost: %s", supervisor.log_error())


def _wait_blocking(supervisor: Supervisor) -> None:
    while True:
        try:
            # In slices, so that Python's signal handlers get their turn.
            while not supervisor.wait_stopped(0.1):
                pass
            return
        except KeyboardInterrupt:
            supervisor.begin_stop(0)


def _progress(message: str) -> None:
    print(f"locust-nest: {message}", file=sys.stderr, flush=True)
