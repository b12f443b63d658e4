"""Tells whose code keeps all users waiting.

Users share one thread. What a model waits for lets the others run, unless it blocks inside some library that
knows nothing of gevent, or computes. The engine notices after a second that nobody else gets a turn and sends the
thread a signal; its handler, here, runs between two instructions of the culprit and so sees its stack.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import gevent

import nest_engine

if TYPE_CHECKING:
    from .runners import Runner

logger = logging.getLogger(__name__)

# How long, in seconds, one turn may take before it is reported. Read when the first runner is made.
STALL_LIMIT_S = 1.0

# Nobody else uses it, and it is none of those that libraries react to.
STALL_SIGNAL = signal.SIGRTMAX - 7

_LIBRARIES = tuple(
    os.path.join(path, "")
    for path in {
        *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
        os.path.dirname(gevent.__path__[0]),
        os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
    }
)

_runners: WeakSet[Runner] = WeakSet()
_reported: set[tuple[str, int]] = set()
_heartbeat: Any = None
# Told of every stall before it is reported, with the frame to blame; True if that was all there is to say.
_on_stall_first: Callable[[FrameType], bool] | None = None


def watch(runner: Runner) -> None:
    """Report from now on, once per function, what keeps this runner's users waiting.

    On the main thread; elsewhere nothing is watched, because no signal handler can be set there.
    """
    global _heartbeat
    _runners.add(runner)
    if _heartbeat is not None:
        return
    try:
        signal.signal(STALL_SIGNAL, _on_stall)
    except ValueError:
        return
    # System calls of C libraries go on rather than fail.
    signal.siginterrupt(STALL_SIGNAL, False)
    interval_s = STALL_LIMIT_S / 4
    _heartbeat = gevent.get_hub().loop.timer(interval_s, interval_s, ref=False)
    _heartbeat.start(nest_engine.beat)
    nest_engine.watch_for_stalls(STALL_LIMIT_S, STALL_SIGNAL)


def tell_first(listener: Callable[[FrameType], bool] | None) -> None:
    """Let `listener` know of every stall first, between two instructions of the culprit: it must not wait.

    It returns whether there is nothing else to report; what it raises, the culprit gets."""
    global _on_stall_first
    _on_stall_first = listener


def _on_stall(number: int, frame: FrameType | None) -> None:
    # Between two instructions of whatever runs: nothing here may wait.
    if frame is None or gevent.getcurrent() is gevent.get_hub() or sys.gettrace() is not None:
        return
    if _on_stall_first is not None and _on_stall_first(_place(frame)):
        return
    if not any(runner.user_count for runner in _runners):
        return  # preparing for a test may take its time
    place = _place(frame)
    function = (place.f_code.co_filename, place.f_code.co_firstlineno)
    if function in _reported:
        return
    _reported.add(function)
    message = (
        f"No user could run for more than {STALL_LIMIT_S:g} s, because of {place.f_code.co_name}() at "
        f"{place.f_code.co_filename}:{place.f_lineno}. Response times and pauses of all users suffer. Whatever waits "
        "must let gevent know, and long computations belong in a process of their own. The stack (reported once):\n"
        + "".join(traceback.format_stack(frame))
    )
    try:
        if all(_is_free(handler) for handler in _handlers()):
            logger.warning(message.rstrip())
            return
    except Exception:  # the stack may have been interrupted in the middle of writing to the same file
        pass
    os.write(2, message.encode(errors="replace"))


def _place(frame: FrameType) -> FrameType:
    """The innermost frame of the model; the innermost of all if there is none."""
    candidate: FrameType | None = frame
    while candidate is not None:
        filename = candidate.f_code.co_filename
        if not filename.startswith(_LIBRARIES) and not filename.startswith("<"):
            return candidate
        candidate = candidate.f_back
    return frame


def _handlers() -> Iterator[logging.Handler]:
    """Those that a line of ours goes to."""
    current: logging.Logger | None = logger
    while current is not None:
        yield from current.handlers
        current = current.parent if current.propagate else None


def _is_free(handler: logging.Handler) -> bool:
    """Whether writing to the log would not have to wait for somebody else's line to be finished."""
    if handler.lock is None:
        return True
    if not handler.lock.acquire(blocking=False):
        return False
    handler.lock.release()
    return True
