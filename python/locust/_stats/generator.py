"""Whether the generator kept up: how busy its Python thread was, how long responses waited for it, whose code it was
busy with, and how busy the threads were that do the I/O.

All users share the Python thread. What they wait for it is no part of a response time, but it makes their next request
late.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from types import CodeType
from typing import TYPE_CHECKING, Any

import nest_engine

if TYPE_CHECKING:
    from .request_stats import RequestStats

# A share of 0.9 leaves no room for peaks: more users would not make more requests.
BUSY_LIMIT = 0.9

# Where 1 of 100 responses waits longer, pauses of a second last 2 % longer than the model says.
DELAY_LIMIT_MS = 20.0

# How many tasks are named, and from what share of the thread's time.
_MOST_NAMED = 3
_LEAST_NAMED = 0.05

_Key = tuple[type | None, Any]


@dataclass(frozen=True)
class Moment:
    """What has been used until then: the clock, the thread's processor time, its turns and seconds by task, and the
    processor time of each I/O thread."""

    clock_s: float
    cpu_s: float
    uses: dict[_Key, tuple[int, float]]
    io_s: list[float]

    @classmethod
    def now(cls) -> Moment:
        """On the thread that runs the users."""
        uses = {
            (user_class, code): (turns, seconds)
            for user_class, code, turns, seconds, _ in nest_engine.thread_use()
        }
        return cls(time.perf_counter(), time.thread_time(), uses, nest_engine.io_thread_use())


@dataclass(frozen=True)
class TaskUse:
    """What one task used of the thread; `longest_s` is since the process began."""

    name: str
    share: float
    turns: int
    seconds: float
    longest_s: float


@dataclass(frozen=True)
class GeneratorUse:
    """The Python thread since the statistics began. Delays in milliseconds, of the requests whose phases are known."""

    # Of the time: at work for users, or on the processor for whatever else, which may overlap.
    busy: float
    median_ms: float
    p99_ms: float
    longest_ms: float
    # The most used first; the share is that of the busy time.
    tasks: list[TaskUse]
    # Of the time, by I/O thread.
    io_busy: list[float]

    @property
    def was_bottleneck(self) -> bool:
        return self.busy >= BUSY_LIMIT

    @property
    def io_was_bottleneck(self) -> bool:
        return max(self.io_busy, default=0.0) >= BUSY_LIMIT

    @property
    def kept_up(self) -> bool:
        return not self._python_was_late and not self.io_was_bottleneck

    @property
    def _python_was_late(self) -> bool:
        return self.was_bottleneck or self.p99_ms >= DELAY_LIMIT_MS

    def lines(self) -> list[str]:
        """What the log tells: who is to blame only if the generator did not keep up."""
        return [*self.summary(), self._culprits()] if self._python_was_late else self.summary()

    def summary(self) -> list[str]:
        """The figures, and verdicts if it did not keep up."""
        figures = (
            f"Python thread {self.busy:.0%} busy; responses waited {_duration(self.median_ms)} (median), "
            f"{_duration(self.p99_ms)} (99%), {_duration(self.longest_ms)} (max) for it"
        )
        verdicts = []
        if self.io_was_bottleneck:
            shares = ", ".join(f"{share:.0%}" for share in self.io_busy)
            verdicts.append(
                f"I/O threads {shares} busy: only more --io-threads, or cores, would make more requests"
            )
        if self.was_bottleneck:
            verdict = "The generator was the bottleneck: more users would not have made more requests"
            verdicts.append(f"{verdict}. Response times do not include that wait")
        elif self._python_was_late:
            verdict = "Users went on late, because code of theirs keeps the thread for long at a time"
            verdicts.append(f"{verdict}. Response times do not include that wait")
        return [figures, *verdicts]

    def _culprits(self) -> str:
        named = [task for task in self.tasks if task.share >= _LEAST_NAMED][:_MOST_NAMED]
        parts = [f"{task.name} {task.share:.0%} (up to {_duration(task.longest_s * 1000)})" for task in named]
        rest = 1 - sum(task.share for task in named)
        return "Its time went to: " + ", ".join([*parts, f"all else {max(rest, 0):.0%}"])


def generator_use(stats: RequestStats) -> GeneratorUse | None:
    """None if the engine sent nothing for these statistics. On the thread that runs the users."""
    count, (median_ms, p99_ms), longest_ms = stats.total._core.generator_delays([0.5, 0.99])
    if not count:
        return None
    began, now = stats._began, Moment.now()
    clock_s = max(now.clock_s - began.clock_s, 1e-9)
    turns_s = sum(seconds - began.uses.get(key, (0, 0.0))[1] for key, (_, seconds) in now.uses.items())
    busy_s = min(max(turns_s, now.cpu_s - began.cpu_s), clock_s)
    tasks = []
    for user_class, code, turns, seconds, longest_s in nest_engine.thread_use():
        turns_before, seconds_before = began.uses.get((user_class, code), (0, 0.0))
        if user_class is not None and turns > turns_before:
            used_s = seconds - seconds_before
            share = min(used_s / max(busy_s, 1e-9), 1.0)
            tasks.append(TaskUse(_name(user_class, code), share, turns - turns_before, used_s, longest_s))
    tasks.sort(key=lambda task: -task.seconds)
    io_began_s = began.io_s + [0.0] * len(now.io_s)
    io_busy = [(used_s - began_s) / clock_s for used_s, began_s in zip(now.io_s, io_began_s, strict=False)]
    return GeneratorUse(busy_s / clock_s, median_ms, p99_ms, longest_ms, tasks, io_busy)


def _name(user_class: type, code: Any) -> str:
    shown = vars(user_class).get("_shown_name") or user_class.__name__
    if not isinstance(code, CodeType):
        return f"{shown}: {code.__name__}"
    path = code.co_qualname
    for base in user_class.__mro__:
        if path.startswith(f"{base.__qualname__}."):
            return shown + path.removeprefix(base.__qualname__)
    path = path.rpartition("<locals>.")[2]
    return f"{shown}: {path}" if "." in path else f"{shown}.{path}"


def _duration(milliseconds: float) -> str:
    """Two or three digits of it."""
    if milliseconds >= 10_000:
        return f"{milliseconds / 1000:.0f} s"
    return f"{milliseconds:.0f} ms" if milliseconds >= 10 else f"{milliseconds:.2g} ms"
