"""Operations of client libraries as requests of a test."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def timed(operation: Callable[[], Any]) -> dict[str, Any]:
    """Do it: `success`, `response_time` (ms) and `result`, or `exception`."""
    started = time.perf_counter()
    try:
        outcome = {"success": True, "result": operation()}
    except Exception as error:
        outcome = {"success": False, "exception": error}
    return {**outcome, "response_time": (time.perf_counter() - started) * 1000}


def with_emptiness(result: dict[str, Any], found: Callable[[Any], int]) -> dict[str, Any]:
    """A search that finds nothing is no success."""
    if result["success"]:
        result["empty"] = not found(result["result"])
        result["success"] = not result["empty"]
    return result
