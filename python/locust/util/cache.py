"""Results that stay good for a while."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from time import monotonic
from typing import Any


def memoize(timeout: Any, dynamic_timeout: bool = False) -> Callable[[Callable[[], Any]], Any]:
    """A decorator for a function without arguments: its result is kept for `timeout` seconds.

    With `dynamic_timeout`, `timeout` is a function which is asked for the seconds at each call. The decorated
    function has `clear_cache()`.

    >>> @memoize(timeout=2)
    ... def summary():
    ...     return expensive()
    """

    def decorate(function: Callable[[], Any]) -> Any:
        kept: list[tuple[float, Any]] = []

        @wraps(function)
        def cached() -> Any:
            seconds = timeout() if dynamic_timeout else timeout
            if not kept or monotonic() - kept[0][0] > seconds:
                kept[:] = [(monotonic(), function())]
            return kept[0][1]

        cached.clear_cache = kept.clear  # type: ignore[attr-defined]
        return cached

    return decorate
