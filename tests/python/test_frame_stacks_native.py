"""The memory that greenlets' frames take: whoever of many comes and goes, the process stays in one piece."""

from __future__ import annotations

import os
from pathlib import Path

import gevent
from gevent.event import Event

MANY = 4000
DEEP = 5000


def mappings() -> int:
    return len(Path("/proc/self/maps").read_text().splitlines())


def resident_kb() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def test_greenlets_that_end_here_and_there_leave_no_holes() -> None:
    end = Event()
    before = mappings()
    greenlets = [gevent.spawn(end.wait) for _ in range(MANY)]
    gevent.sleep(0)
    gevent.killall(greenlets[::2])
    assert mappings() - before < MANY / 10
    more = [gevent.spawn(end.wait) for _ in range(MANY // 2)]
    gevent.sleep(0)
    end.set()
    assert len(gevent.joinall([*greenlets[1::2], *more], timeout=60)) == MANY
    assert mappings() - before < MANY / 10


def test_frames_of_many_deep_greenlets_are_kept_apart_and_their_memory_is_given_back() -> None:
    turn = Event()

    def descend(depth: int, mine: int) -> int:
        if depth == 0:
            turn.wait()
            return mine
        return descend(depth - 1, mine) + mine - mine

    before = resident_kb()
    greenlets = [gevent.spawn(descend, 200, number) for number in range(DEEP)]
    gevent.sleep(0)
    at_work = resident_kb()
    turn.set()
    gevent.joinall(greenlets, timeout=60)
    assert [greenlet.value for greenlet in greenlets] == list(range(DEEP))
    assert at_work - before > DEEP * 12, "a stack of each is touched as a whole"
    assert resident_kb() - before < (at_work - before) / 2
