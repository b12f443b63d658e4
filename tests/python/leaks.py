"""Tells whether what is done over and over leaves something behind each time.

Everything is done in rounds. What is made at the first use (caches, spare requests, attributes of classes) is there
after the first one. What is left behind by each use is what every further round adds; there are more of them as long
as something seems to be.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from array import array
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any

import gevent

ROUND = 200
LEAST_ROUNDS, MOST_ROUNDS = 3, 12

# Of each use: less than that in any round is what comes and goes.
LEAST_COUNT = 0.25
LEAST_BYTES = 100

# Python has one of each.
_SINGLETONS: tuple[Any, ...] = (None, True, False, NotImplemented, ..., (), "", b"", -1, 0, 1, 10, 200, 256)
_OURS = ("locust", "locust_nest", "nest_engine")


class _Mallinfo(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in (
        "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost",
    )]  # fmt: skip


_mallinfo = ctypes.CDLL(None).mallinfo2
_mallinfo.restype = _Mallinfo


def heap() -> int:
    """Bytes that malloc has given out, to any thread: what is in C++, and what Python does not keep in its own pools.

    Always 0 where another allocator stands in the place of malloc.
    """
    info = _mallinfo()
    return int(info.uordblks + info.hblkhd)


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in _OURS


def _parts_of(thing: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(thing, (ModuleType, type)):
        for name, value in vars(thing).copy().items():
            yield f"{name!r}", name
            yield name, value
    elif isinstance(thing, FunctionType):
        yield "__code__", thing.__code__
    elif isinstance(thing, CodeType):
        for part in (*thing.co_names, *thing.co_varnames, *thing.co_consts):
            yield repr(part), part
    elif isinstance(thing, property):
        yield "fget", thing.fget


@cache
def _shared_objects() -> dict[str, Any]:
    """Of what many have references, which native code may forget to take or to give back: singletons, and all that
    hangs on our modules, with the names and constants of their code.
    """
    found = {repr(singleton): singleton for singleton in _SINGLETONS}
    known = {id(singleton) for singleton in _SINGLETONS}
    pending = deque((name, module) for name, module in sys.modules.copy().items() if _is_ours(name))
    while pending:
        path, thing = pending.popleft()
        if id(thing) not in known:
            known.add(id(thing))
            found[path] = thing
            if not isinstance(thing, ModuleType) or _is_ours(thing.__name__):
                pending.extend((f"{path}.{name}", part) for name, part in _parts_of(thing))
    return found


@dataclass
class _Count:
    blocks: int
    objects: int
    heap: int
    references: array[int]


class Meter:
    """Counts after each round.

    `shared`: objects whose references are watched, too, by the names that a message gives them.
    """

    def __init__(self, times: int = ROUND, /, **shared: Any) -> None:
        gc.collect()
        gc.freeze()  # whoever collects garbage from now on need not look at all that is there
        watched = {**_shared_objects(), **shared}
        self._names = list(watched)
        self._watched = list(watched.values())
        self._times = times
        self._uses = 0
        self._counts: list[_Count] = []
        # Made beforehand, and not of objects: what counts is not to be counted.
        self._references = [array("q", bytes(8 * len(watched))) for _ in range(MOST_ROUNDS)]

    def tick(self) -> bool:
        """To be called before each use, at the same place; whether there is to be another one."""
        is_round = self._uses > 0 and self._uses % self._times == 0
        self._uses += 1
        if not is_round:
            return True
        self._counts.append(self._count())
        rounds = len(self._counts)
        return rounds < LEAST_ROUNDS or (rounds < MOST_ROUNDS and bool(self._drifts()))

    def _count(self) -> _Count:
        gevent.sleep(0.001)  # for what the last use has left to the event loop
        gc.collect()
        references = self._references[len(self._counts)]
        for place, thing in enumerate(self._watched):
            references[place] = sys.getrefcount(thing)
        return _Count(sys.getallocatedblocks(), len(gc.get_objects()), heap(), references)

    def left_over(self) -> dict[str, float]:
        """What each use has left behind, by what it is; empty if nothing."""
        gc.unfreeze()
        assert len(self._counts) >= LEAST_ROUNDS, f"{self._uses} uses only"
        return self._drifts()

    def _drifts(self) -> dict[str, float]:
        found = {
            "blocks": self._drift([count.blocks for count in self._counts]),
            "objects": self._drift([count.objects for count in self._counts]),
            "bytes": self._drift([count.heap for count in self._counts], LEAST_BYTES),
        }
        for place, name in enumerate(self._names):
            found[f"references to {name}"] = self._drift([count.references[place] for count in self._counts])
        return {name: drift for name, drift in found.items() if drift}

    def _drift(self, counts: list[int], least: float = LEAST_COUNT) -> float:
        """By each use, in the round in which it was least; 0 if that is next to nothing or there was none."""
        growths = [after - before for before, after in zip(counts[:-1], counts[1:], strict=True)]
        steady = min(growths, key=abs)
        if any(growth * steady <= 0 for growth in growths) or abs(steady) < self._times * least:
            return 0
        return steady / self._times


def left_over_by(use: Callable[[], object], times: int = ROUND, /, **shared: Any) -> dict[str, float]:
    """What each of so many uses has left behind; see `Meter`."""
    meter = Meter(times, **shared)
    while meter.tick():
        use()
    return meter.left_over()
