"""Starting and stopping the users of one process."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

import gevent

from ..population import UserGroup
from ..user.task import LOCUST_STATE_STOPPING, LOCUST_STATE_WAITING
from ..user.users import User, shown_name
from .states import STATE_INIT, STATE_SPAWNING, STATE_STOPPED

if TYPE_CHECKING:
    from ..env import Environment

logger = logging.getLogger("locust.runners")


class UserRunning:
    """The part of a runner that has users."""

    environment: Environment
    # Their greenlets; the first argument of each is its user.
    user_greenlets: UserGroup
    state: str
    # Whose call of stop() or quit() is being carried out.
    _callers: set[gevent.Greenlet]

    @property
    def user_classes(self) -> list[type[User]]:
        return self.environment.user_classes

    @property
    def user_classes_by_name(self) -> dict[str, type[User]]:
        return self.environment.user_classes_by_name

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
        elif not self.environment.stop_timeout:
            self.user_greenlets.killone(greenlet, block=False)
        elif user._state in (None, LOCUST_STATE_WAITING):
            self.user_greenlets.dying.add(greenlet)
            gevent.get_hub().loop.run_callback(self._end_unless_at_work, user, greenlet)
        else:
            user._state = LOCUST_STATE_STOPPING
        return True

    def _end_unless_at_work(self, user: User, greenlet: gevent.Greenlet) -> None:
        # In the hub, so that the user cannot wake up between the look and the end, as with kill(): then it would
        # be a task that is cut off.
        if greenlet.dead:
            return
        if user._state in (None, LOCUST_STATE_WAITING):
            greenlet.throw()
        else:
            user._state = LOCUST_STATE_STOPPING
            self.user_greenlets.dying.discard(greenlet)

    def _finish(self, greenlets: list[gevent.Greenlet]) -> None:
        """Wait for users that were asked to stop, and kill those which take longer than `stop_timeout`."""
        timeout = self.environment.stop_timeout or None
        gevent.joinall(greenlets, timeout=timeout)
        late = [greenlet for greenlet in greenlets if not greenlet.dead]
        if late:
            if timeout:
                logger.info(
                    f"Not all users finished their tasks & terminated in {timeout} seconds. Stopping them..."
                )
            gevent.killall(late)
        logger.debug("%i users have been stopped, %i still running", len(greenlets), self.user_count)


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
