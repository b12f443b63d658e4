"""The end of a test: whoever asks for it, its users stop and its events are fired."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import gevent
from gevent.event import Event
from gevent.pool import Group

from .. import log
from ..event import CONTROL_FLOW, EventHook
from ..exception import StopTest
from ..log import greenlet_exception_logger
from ..population import Population
from .states import STATE_CLEANUP, STATE_STOPPED
from .users import UserRunning

if TYPE_CHECKING:
    from ..dispatch import UsersDispatcher
    from ..env import Environment

logger = logging.getLogger("locust.runners")

# Seconds that users get to notice that they are abandoned.
ABANDON_TIMEOUT = 1.0


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


class Ending(UserRunning):
    """The part of a runner that ends its test."""

    # What drives the test; it ends when the test is over for good.
    greenlet: Group
    spawning_greenlet: gevent.Greenlet | None
    shape_greenlet: gevent.Greenlet | None
    shape_last_tick: Any
    # The users there were when the test was stopped.
    final_user_classes_count: dict[str, int]
    _population: Population | None
    _users_dispatcher: UsersDispatcher | None
    # While stop() is at work: who does it, and an event for others to wait for.
    _stopper: gevent.Greenlet | None
    _stop_finished: Event

    def cpu_log_warning(self) -> bool:
        raise NotImplementedError

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
            try:
                self._tell(self.environment.events.test_stopping)
            finally:  # also when a listener calls sys.exit: it has been told, and the next call goes on from here
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
        self._users_dispatcher = None
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
