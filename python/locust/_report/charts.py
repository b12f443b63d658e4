"""Charts as SVG paths, with what stands around them; `page/charts.html` puts them into the page.

The paths are drawn in a square of 1000 by 1000 that is stretched to the place there is, so that a page needs
no script to draw them. The text around them is ordinary text of the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from .axes import Axis

Kind = Literal["line", "area", "step", "bars"]
Point = tuple[float, float | None]
SIZE = 1000


@dataclass(frozen=True)
class Series:
    """What is drawn in one colour (the name of a CSS variable)."""

    label: str
    colour: str
    kind: Kind
    points: Sequence[Point]
    # Its values at the panel's `stops`, in words.
    texts: Sequence[str]
    width: float = 1.75


@dataclass(frozen=True)
class Mark:
    """A place on the x axis with a name."""

    at: float
    label: str
    row: int


@dataclass(frozen=True)
class Panel:
    """Series over one pair of axes. `stops` are the places on the x axis that have a readout."""

    x: Axis
    y: Axis
    series: Sequence[Series]
    stops: Sequence[float]
    titles: Sequence[str]
    height: int = 220
    marks: Sequence[Mark] = ()

    @property
    def readout(self) -> dict[str, object]:
        """What the page's script shows of the point under the pointer."""
        return {
            "x": [round(self.x.at(x), 4) for x in self.stops],
            "titles": list(self.titles),
            "series": [
                {"label": series.label, "colour": series.colour, "texts": list(series.texts)}
                for series in self.series
            ],
        }

    @property
    def widest_label(self) -> str:
        """Of the y axis: it makes room for the others."""
        return max((self.y.label(value) for value in self.y.values), key=len)

    @property
    def summary(self) -> str:
        """What the panel shows, for who does not see it."""
        names = ", ".join(series.label for series in self.series)
        return f"{self.y.title}, by {self.x.title}: {names}. Arrow keys read the values."

    def paths(self, series: Series) -> list[tuple[str, str]]:
        """(`line`, `area` or `dot`, path) of a series, to be drawn in this order."""
        runs = [[(self.x.at(x), self.y.at(y)) for x, y in run] for run in _without_gaps(series.points)]
        if series.kind == "bars":
            return [("area", _bars(runs))]
        if series.kind == "step":
            runs = [_steps(run) for run in runs]
        line = "".join(_line(run) for run in runs if len(run) > 1)
        dots = "".join(_line(run * 2) for run in runs if len(run) == 1)
        areas = "" if series.kind == "line" else "".join(map(_area, runs))
        return [(kind, path) for kind, path in (("area", areas), ("line", line), ("dot", dots)) if path]


@dataclass(frozen=True)
class Chart:
    """One or more panels of the same x axis, one below the other."""

    key: str
    title: str
    note: str
    panels: Sequence[Panel]
    # The legend's entries switch their series on and off.
    switches: bool = False
    legend: bool = True


def _without_gaps(points: Iterable[Point]) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for x, y in points:
        if y is not None:
            runs[-1].append((x, y))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _steps(run: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Each value holds from the point before to its own."""
    return [
        run[0],
        *((x, y) for before, (_, y) in zip(run, run[1:], strict=False) for x, y in ((before[0], y), (_, y))),
    ]


def _place(x: float, y: float) -> str:
    return f"{x * SIZE:.5g} {(1 - y) * SIZE:.5g}"


def _line(run: list[tuple[float, float]]) -> str:
    return "M" + "L".join(_place(x, y) for x, y in run)


def _area(run: list[tuple[float, float]]) -> str:
    return f"M{_place(run[0][0], 0)}L{'L'.join(_place(x, y) for x, y in run)}L{_place(run[-1][0], 0)}Z"


def _bars(runs: list[list[tuple[float, float]]]) -> str:
    """Each pair of points is the upper edge of a bar."""
    points = [point for run in runs for point in run]
    return "".join(
        f"M{_place(left, 0)}V{(1 - y) * SIZE:.5g}H{right * SIZE:.5g}V{SIZE}Z"
        for (left, y), (right, _) in zip(points[::2], points[1::2], strict=True)
        if y > 0
    )
