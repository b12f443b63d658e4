"""Following a load shape."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import gevent
from gevent import sleep

from ..user import User
from .ending import Ending
from .states import STATE_INIT, STATE_RUNNING, STATE_SPAWNING

logger = logging.getLogger("locust.runners")


class ShapeFollowing(Ending):
    """The part of a runner that asks the environment's shape what to do."""

    def start(
        self,
        user_count: int,
        spawn_rate: float,
        wait: bool = False,
        user_classes: list[type[User]] | None = None,
    ) -> None:
        raise NotImplementedError

    def _spawn_driver(self, function: Callable[..., Any], *args: Any) -> gevent.Greenlet:
        raise NotImplementedError

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
        logger.info("Shape worker starting")
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
                user_count, spawn_rate, user_classes = tick if len(tick) != 2 else (*tick, None)
                logger.info(f"Shape test updating to {int(user_count)} users at {spawn_rate:.2f} spawn rate")
                self.start(user_count, spawn_rate, user_classes=user_classes)
                self.shape_last_tick = tick
            sleep(max(0, 1 - (time.perf_counter() - began)))
