"""Keys pressed on the terminal while a test runs."""

from __future__ import annotations

import atexit
import logging
import os
import sys
import termios
import tty
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import gevent
from gevent.select import select

__all__ = ["InitError", "UnixKeyPoller", "get_poller", "input_listener"]

logger = logging.getLogger(__name__)

POLL_INTERVAL_S = 0.2

# Puts the terminal (its stderr) back by the settings in its arguments, unless it reads that this is done. The end of
# its input comes also when this process is killed.
_GUARD = 'read -r word; [ "$word" = done ] || stty "$@" <&2'
# What cbreak mode turns off.
_SETTINGS = (("icanon", 3, termios.ICANON), ("echo", 3, termios.ECHO), ("icrnl", 0, termios.ICRNL))


class InitError(Exception):
    """There are no keys to read: stdin is no terminal, or one that another job has in hand."""


class UnixKeyPoller:
    """Reads single keys of the terminal, which is put back by `cleanup`, or else when the process ends."""

    def __init__(self) -> None:
        """`InitError` if stdin is not the terminal this process has in hand."""
        try:
            self._terminal = sys.stdin.fileno()
            in_hand = os.isatty(self._terminal) and os.tcgetpgrp(self._terminal) == os.getpgrp()
        except (AttributeError, OSError, ValueError):  # None, or closed
            in_hand = False
        if not in_hand:
            # To change the terminal of another job would stop this one.
            raise InitError("stdin is not a terminal that this process has in hand")
        self._mode: list[Any] | None = termios.tcgetattr(self._terminal)
        self._guard = _start_guard(self._terminal, self._mode)
        atexit.register(self.cleanup)
        tty.setcbreak(self._terminal)

    def poll(self) -> str | None:
        """A key that was pressed; None if there is none. Returns at once."""
        if not select([self._terminal], [], [], 0)[0]:
            return None
        return os.read(self._terminal, 1).decode(errors="replace") or None

    def cleanup(self) -> None:
        """Put the terminal back; again is nothing."""
        if self._mode is None:
            return
        with suppress(termios.error):
            termios.tcsetattr(self._terminal, termios.TCSADRAIN, self._mode)
        self._mode = None
        atexit.unregister(self.cleanup)
        if self._guard is not None:
            guard, process = self._guard
            with suppress(OSError):
                os.write(guard, b"done\n")
            os.close(guard)
            with suppress(ChildProcessError):
                os.waitpid(process, 0)


def _start_guard(terminal: int, mode: list[Any]) -> tuple[int, int] | None:
    """A shell that puts the terminal back if this process dies: our end of its input, and its number.

    Not by gevent's subprocess, which would make libev collect the status of every child from then on."""
    reading, writing = os.pipe()
    try:
        settings = [name if mode[part] & flag else f"-{name}" for name, part, flag in _SETTINGS]
        process = os.posix_spawn(
            "/bin/sh",
            ["sh", "-c", _GUARD, "sh", *settings],
            os.environ,
            # In this order: the terminal may be descriptor 0.
            file_actions=[(os.POSIX_SPAWN_DUP2, terminal, 2), (os.POSIX_SPAWN_DUP2, reading, 0)],
            setsid=True,  # or it would die of the same Ctrl-C
        )
    except OSError as error:
        os.close(writing)
        logger.debug("Nobody guards the terminal: %s", error)
        return None
    finally:
        os.close(reading)
    return writing, process


def get_poller() -> UnixKeyPoller:
    """What reads the keys here; `InitError` if nothing can."""
    return UnixKeyPoller()


def input_listener(key_to_func_map: Mapping[str, Callable[[], None]]) -> Callable[[], None]:
    """What a greenlet runs to call a function for each key that has one; it ends at once if there are no keys."""

    def listen() -> None:
        try:
            poller = get_poller()
        except InitError as error:
            logger.debug(error)
            return
        try:
            while True:
                key = poller.poll()
                if key is None:
                    gevent.sleep(POLL_INTERVAL_S)
                elif key in key_to_func_map:
                    key_to_func_map[key]()
        finally:
            poller.cleanup()

    return listen
