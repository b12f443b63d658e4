"""Where this program deliberately differs from Locust. Each entry is asserted: one that is gone fails too."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    aspect: str
    reason: str
    locust: str | None = None
    """Pattern (whole line) of what only Locust has."""
    ours: str | None = None
    """Pattern (whole line) of what only this program has."""
    cases: tuple[str, ...] | None = None
    """The cases it concerns; None for all of them."""
    always: bool = True
    """Whether it must show up in each of its cases; only in some if False."""

    def concerns(self, case: str) -> bool:
        return self.cases is None or case in self.cases


DIFFERENCES: tuple[Difference, ...] = ()
