"""Processes that a model forks off: the run, with its users, reports and helper processes, stays the parent's.

`multiprocessing` and `os.fork` copy all of it. A child does what the model made it for and ends then, without
a word of ours; nothing else of the copy ever runs.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import gevent

import nest_engine

# By which somebody ends a process.
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_is_child = False
# Those that the run has set, which mean nothing to a child.
_signal_handlers: list[Callable[..., Any]] = []


def watch() -> None:
    """Look after every fork from now on. Once."""
    os.register_at_fork(before=_prepare, after_in_parent=_unblock_signals, after_in_child=_become_child)


def is_child() -> bool:
    """Whether this process was forked off by a model."""
    return _is_child


def leave_if_child(reason: BaseException | None = None) -> None:
    """End a forked process that is done with its task, with the exit code that `reason` asks for."""
    if not _is_child:
        return
    code: Any = 0 if reason is None else 1
    if isinstance(reason, SystemExit):
        code = reason.code
    _flush()
    os._exit(code & 0xFF if isinstance(code, int) else int(code is not None))


def set_signal_handler(number: int, handler: Callable[..., Any]) -> Any:
    """`signal.signal`, for this process alone."""
    _signal_handlers.append(handler)
    return signal.signal(number, handler)


def _flush() -> None:
    # Else both processes would write what is in the buffers.
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):
            stream.flush()


def _prepare() -> None:
    _flush()
    # One that the child gets before it has become one would be taken for the parent's.
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)


def _unblock_signals() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)


def _become_child() -> None:
    global _is_child
    _is_child = True
    nest_engine.begin_anew_in_child()
    for number in _SIGNALS:
        if signal.getsignal(number) in _signal_handlers:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    _unblock_signals()
    greenlet = gevent.getcurrent()
    if not isinstance(greenlet, gevent.Greenlet):
        return
    greenlet.rawlink(lambda ended: leave_if_child(ended.exception))
    for user in greenlet.args[:1]:
        if hasattr(user, "_leave_after_task"):
            user._leave_after_task()
