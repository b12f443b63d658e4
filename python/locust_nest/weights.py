"""The weights in force: the configuration's, else the model's own, else 1; 0 leaves a class out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from .discovery import ModelClass
from .errors import usage_error


class WeightConfig(Protocol):
    """What is used of `nest_engine.NestConfig`."""

    def resolve(
        self, users: list[tuple[str, str, float | None]], tasksets: list[tuple[str, str, float | None]], /
    ) -> tuple[Sequence[float], Sequence[float]]: ...


@dataclass(eq=False)
class Weighted:
    """A class and its weight in this run."""

    member: ModelClass
    weight: float

    @property
    def fixed_count(self) -> int:
        """How many of it there are in any case; the weight is not used then."""
        return int(getattr(self.member.cls, "fixed_count", 0) or 0)

    @property
    def runs(self) -> bool:
        """Whether the class takes part. A weight of 0 in the configuration outdoes a `fixed_count`."""
        return self.weight > 0 or (self.fixed_count > 0 and self.member.default_weight == 0)


def resolve(
    users: Sequence[ModelClass],
    tasksets: Sequence[ModelClass],
    config: WeightConfig | None,
    unavailable: Sequence[tuple[str, str]] = (),
) -> tuple[list[Weighted], list[Weighted]]:
    """The weight of every class. The configuration may name those `unavailable` (file, class) as well.

    UsageError for a configuration that does not fit the classes, and for a model's weight that is none."""
    for member in (*users, *tasksets):
        _check(member)
    user_weights: Iterable[float] = [user.default_weight for user in users]
    taskset_weights: Iterable[float] = [taskset.default_weight for taskset in tasksets]
    if config is not None:
        missing: list[tuple[str, str, float | None]] = [(file, name, 1.0) for file, name in unavailable]
        user_weights, taskset_weights = config.resolve(
            _for_config(users) + missing, _for_config(tasksets) + missing
        )
    return _weighted(users, user_weights), _weighted(tasksets, taskset_weights)


def apply(users: Iterable[Weighted]) -> list[Any]:
    """Writes the weights to the user classes, for the scheduler; returns the classes that take part."""
    users = list(users)
    if any(user.member.cls.weight != user.weight for user in users):
        for user in users:
            # All of them, also those left out: a subclass must not inherit what was set on its base.
            user.member.cls.weight = user.weight
    return [user.member.cls for user in users if user.runs]


def table(users: Sequence[Weighted], tasksets: Sequence[Weighted] = ()) -> str:
    """The weights in force as lines for the terminal; `tasksets` are those that run in the NestUser.

    Shares are of the users without a `fixed_count`. The file is shown where names are ambiguous."""
    total = sum(weighted.weight for weighted in (*users, *tasksets) if not weighted.fixed_count)
    sections = [_section("User class", users, total)]
    if tasksets:
        sections.append(_section("TaskSet", tasksets, total))
    return "\n\n".join(sections)


def config_entries(weighted: Iterable[Weighted]) -> dict[str, float]:
    """The weights as a configuration file has them: by class, with the file where that is ambiguous."""
    weighted = list(weighted)
    counts = Counter(entry.member.name for entry in weighted)
    return {
        entry.member.name
        if counts[entry.member.name] == 1
        else f"{entry.member.file.name}:{entry.member.name}": (entry.weight)
        for entry in weighted
    }


def _section(heading: str, rows: Sequence[Weighted], total: float) -> str:
    counts = Counter(row.member.name for row in rows)
    with_file = any(count > 1 for count in counts.values())
    lines = [[heading, "Weight", "Share", "File" if with_file else ""]]
    for row in rows:
        if not row.runs:
            weight, share = "0", "left out"
        elif row.fixed_count:
            weight, share = f"{row.fixed_count} fixed", "-"
        else:
            weight, share = f"{row.weight:g}", f"{100 * row.weight / total:.1f}%"
        lines.append([row.member.name, weight, share, row.member.file.name if with_file else ""])
    widths = [max(len(line[column]) for line in lines) for column in range(3)]
    lines.insert(1, ["-" * widths[0], "-" * widths[1], "-" * widths[2], "-" * 4 if with_file else ""])
    return "\n".join(
        f"{name:<{widths[0]}}  {weight:>{widths[1]}}  {share:>{widths[2]}}  {file}".rstrip()
        for name, weight, share, file in lines
    )


def _check(member: ModelClass) -> None:
    weight: Any = member.default_weight
    is_number = isinstance(weight, int | float) and not isinstance(weight, bool)
    if not is_number or not 0 <= weight < float("inf"):
        raise usage_error(
            f"{member.file.shown_path}: the weight of {member.name} is {weight!r}, not a number of 0 or more",
            1,
        )


def _for_config(members: Iterable[ModelClass]) -> list[tuple[str, str, float | None]]:
    return [(member.file.name, member.name, member.default_weight) for member in members]


def _weighted(members: Sequence[ModelClass], weights: Iterable[float]) -> list[Weighted]:
    # Whole numbers stay whole: models print them, and Locust's expect them.
    return [
        Weighted(member, int(weight) if weight == int(weight) else weight)
        for member, weight in zip(members, weights, strict=False)
    ]
