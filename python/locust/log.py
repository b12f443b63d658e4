"""Logging: the format, the handlers, and a note of what nobody else caught."""

from __future__ import annotations

import logging
import logging.config
import os
import socket
from collections import deque
from collections.abc import Callable
from typing import Any

import gevent

HOSTNAME = socket.gethostname().split(".", 1)[0]

# Set when an internal greenlet or an event listener raised something nobody handled: the exit code becomes 2.
unhandled_greenlet_exception = False

LOG_LINES_KEPT = 500

# Models until 0.14 write to the console with it: lines without time and level.
console_logger = logging.getLogger("console_logger")


class LogReader(logging.Handler):
    """Keeps the latest formatted lines in memory, for the web page and for the master."""

    def __init__(self) -> None:
        super().__init__()
        self.logs: deque[str] = deque(maxlen=LOG_LINES_KEPT)

    def emit(self, record: logging.LogRecord) -> None:
        self.logs.append(self.format(record))


def setup_logging(loglevel: str, logfile: str | None = None) -> None:
    """Send the log to stderr, or to `logfile`, whose folder is made; the tables of results stay on stderr.

    `loglevel` is a level's name in any case; `ValueError` if there is no such level.
    """
    level = loglevel.upper()
    lines: dict[str, Any] = {"class": "logging.StreamHandler"}
    if logfile:
        os.makedirs(os.path.dirname(logfile) or ".", exist_ok=True)
        lines = {"class": "logging.FileHandler", "filename": logfile}
    # None that no logger has: it would be garbage, whose collection takes the lock of `logging` at any moment, also
    # while that is being let go, which with gevent's lock lasts for ever.
    handlers = {
        "lines": {**lines, "formatter": "default"},
        "console_plain": {"class": "logging.StreamHandler", "formatter": "plain"},
        "log_reader": {"()": LogReader, "formatter": "default"},
    }
    plain = {"handlers": ["console_plain", "log_reader"], "level": "INFO", "propagate": False}
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "default": {"format": f"[%(asctime)s] {HOSTNAME}/%(levelname)s/%(name)s: %(message)s"},
                "plain": {"format": "%(message)s"},
            },
            "handlers": handlers,
            "root": {"handlers": ["lines", "log_reader"], "level": level},
            "loggers": {
                "locust": {"handlers": ["lines", "log_reader"], "level": level, "propagate": False},
                "locust.stats_logger": plain,
                console_logger.name: plain,
            },
        }
    )


def get_logs() -> list[str]:
    """The latest lines of the log; empty when logging was set up by somebody else."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, LogReader):
            return list(handler.logs)
    return []


def note_unhandled_exception() -> None:
    """Remember that user code broke where nothing catches it, so that the run does not end with code 0."""
    global unhandled_greenlet_exception
    unhandled_greenlet_exception = True


def greenlet_exception_logger(
    logger: logging.Logger, level: int = logging.CRITICAL
) -> Callable[[gevent.Greenlet], None]:
    """A function for `Greenlet.link_exception` which logs what ended the greenlet and makes the run fail.

    `sys.exit` is somebody's decision rather than an accident: one INFO line, the call stack at DEBUG.
    """

    def log_exception(greenlet: gevent.Greenlet) -> None:
        if isinstance(greenlet.exception, SystemExit):
            logger.log(
                min(logging.INFO, level),
                f"sys.exit({greenlet.exception}) called (use log level DEBUG for callstack)",
            )
            level_of_stack = logging.DEBUG
        else:
            level_of_stack = level
        logger.log(
            level_of_stack, "Unhandled exception in greenlet: %s", greenlet, exc_info=greenlet.exc_info
        )
        note_unhandled_exception()

    return log_exception
