"""Calls that are worth another attempt."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

logger = logging.getLogger(__name__)


def retry(
    delays: Sequence[float] = (1, 3, 5), exception: type[BaseException] = Exception
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator: calls again after an exception of this type, after each of the delays (seconds) in turn.

    Each failure but the last is logged; the last one is raised.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def persistent(*args: Any, **kwargs: Any) -> Any:
            for delay_s in delays:
                try:
                    return function(*args, **kwargs)
                except exception as error:
                    logger.exception(error)
                    time.sleep(delay_s)
            return function(*args, **kwargs)

        return persistent

    return decorate
