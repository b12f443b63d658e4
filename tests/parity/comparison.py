"""What differs between two outcomes, after the differences that are known and meant."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from dataclasses import dataclass

from case import Case, Counts
from differences import DIFFERENCES, Difference
from outcome import Outcome

COUNTED = frozenset(
    {"requests", "csv requests", "csv failures", "csv exceptions", "error report", "server requests"}
)
TIMED = frozenset({"server connections", "trace", "csv form"})
"""Aspects that say nothing when time or chance decides the number of requests."""

COUNT = re.compile(r"^\d+ x |: \d+( requests, \d+ failures|, \d+)?$")


@dataclass
class Sides:
    locust: list[str]
    ours: list[str]


def compare(case: Case, locust: Outcome, ours: Outcome) -> list[str]:
    """One text for each aspect that differs, and for each declared difference that is not there any more."""
    problems = []
    started = ("log", "trace", "stdout", "requests")
    if case.runs and not any(locust.aspects.get(aspect) for aspect in started):
        problems.append("Locust did not get as far as running the model:\n" + locust.stderr[-1000:])
    pending = {difference: [False, False] for difference in DIFFERENCES if difference.concerns(case.name)}
    for aspect in sorted(locust.aspects.keys() - case.skip):
        sides = Sides(locust.aspects[aspect], ours.aspects[aspect])
        if case.counts is Counts.CLOSE:
            if aspect in TIMED:
                continue
            if aspect in COUNTED:
                sides = Sides(without_counts(sides.locust), without_counts(sides.ours))
        for difference, used in pending.items():
            if aspect in difference.aspects:
                sides = forgive(sides, difference, used)
        if sides.locust != sides.ours:
            problems.append(explain(aspect, sides))
    if case.counts is Counts.CLOSE:
        problems += compare_counts(case, locust.counts, ours.counts)
    for difference, (in_locust, in_ours) in pending.items():
        if difference.always and (in_locust, in_ours) != (bool(difference.locust), bool(difference.ours)):
            problems.append(f"declared difference is gone, remove it from differences.py: {difference}")
    return problems


def without_counts(lines: list[str]) -> list[str]:
    return sorted({COUNT.sub("", line) for line in lines})


def forgive(sides: Sides, difference: Difference, used: list[bool]) -> Sides:
    """Drop the lines that the declared difference explains, and note on which sides there were any."""

    def drop(lines: list[str], pattern: str | None, side: int, others: list[str]) -> list[str]:
        if pattern is None:
            return lines
        kept = [line for line in lines if not re.fullmatch(pattern, line)]
        used[side] = used[side] or len(kept) < len(lines)
        return kept

    return Sides(
        drop(sides.locust, difference.locust, 0, sides.ours),
        drop(sides.ours, difference.ours, 1, sides.locust),
    )


def compare_counts(case: Case, locust: dict[str, int], ours: dict[str, int]) -> list[str]:
    problems = []
    for name in sorted(locust.keys() & ours.keys()):
        allowed = max(3.0, case.tolerance * locust[name])
        if abs(locust[name] - ours[name]) > allowed:
            problems.append(
                f"requests of {name}: Locust {locust[name]}, ours {ours[name]}, allowed +-{allowed:.0f}"
            )
    return problems


def explain(aspect: str, sides: Sides) -> str:
    if Counter(sides.locust) == Counter(sides.ours):
        order = "\n".join(difflib.unified_diff(sides.locust, sides.ours, "Locust", "ours", lineterm="", n=1))
        return f"{aspect}: same lines in another order\n{order}"
    missing = Counter(sides.locust) - Counter(sides.ours)
    extra = Counter(sides.ours) - Counter(sides.locust)
    lines = [f"  - only Locust: {line}" for line in missing.elements()]
    lines += [f"  + only ours:   {line}" for line in extra.elements()]
    return f"{aspect}:\n" + "\n".join(lines[:40])
