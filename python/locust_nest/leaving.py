"""The end of the process, when the test is over and models still have threads."""

from __future__ import annotations

import sys
import threading
from contextlib import suppress

import gevent

PATIENCE_S = 3


def wait_for_threads() -> None:
    """Wait for threads that are no daemons, as Python does before it ends; Ctrl-C abandons them.

    They may be about to write down results. After `PATIENCE_S` seconds a line on stderr says who is waited for.
    """
    with suppress(AttributeError, OSError, ValueError):  # None, full, closed
        sys.stdout.flush()
    hint = gevent.spawn_later(PATIENCE_S, _say_who)
    try:
        threading._shutdown()  # type: ignore[attr-defined]
    except KeyboardInterrupt:
        print(file=sys.stderr)
    finally:
        hint.kill()


def _say_who() -> None:
    names = [thread.name for thread in threading.enumerate() if not thread.daemon]
    waiting = ", ".join(name for name in names if name != threading.main_thread().name)
    print(
        f"locust-nest: the test is over; waiting for the models' threads {waiting} (Ctrl-C abandons them)",
        file=sys.stderr,
        flush=True,
    )
