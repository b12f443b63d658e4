"""What a run of the suite has measured, and how it is shown."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from cost import Cost
from gates import GATES
from generators import REPOSITORY
from report import Requirement, markdown, ratio_text
from rows import FAST_HTTP_USER, HTTP_USER, LEFT_OUT, OURS, WRK, Row, Shape

DOCUMENT_TEXT = """# Benchmarks

Written by `scripts/bench suite --write`. What is measured, and what would make it lie, stands in
[measuring.md](measuring.md#suite-microseconds-of-cpu-per-request).

```
{machine}
```

## Requirements

{requirements}

## Figures

{plan} A column `times X` has the row's cost divided by that of X in the same shape.

{figures}

## Commands

`URL` is the server's address, by plain HTTP, TLS or HTTP/2 as the shape says.

```
{commands}
```

## Left out

{left_out}
"""


@dataclass
class Results:
    """The costs of all rows, in the order in which they were measured, and why runs were refused."""

    rows: list[Row]
    costs: dict[Row, list[Cost]] = field(default_factory=lambda: defaultdict(list))
    refused: dict[Row, list[str]] = field(default_factory=lambda: defaultdict(list))

    def us(self, shape: Shape, name: str) -> float | None:
        """The median cost of a row, None if it was not measured."""
        for row, costs in self.costs.items():
            if (row.shape, row.generator.name) == (shape, name):
                return statistics.median(cost.us_per_request for cost in costs)
        return None

    def requirements(self) -> tuple[list[Requirement], list[str]]:
        """Those that could be measured, and the names of those that could not."""
        found, unknown = [], []
        shapes = {row.shape for row in self.rows}
        for gate in GATES:
            if not {gate.shape, gate.to_shape} <= shapes:
                continue
            ours, other = self.us(gate.shape, OURS), self.us(gate.to_shape, gate.to)
            if ours is None or other is None:
                unknown.append(gate.text)
            else:
                found.append(Requirement(gate.text, ours / other, gate.limit, show=ratio_text))
        return found, unknown

    def table(self, draw: Callable[[list[str], list[list[str]]], str]) -> str:
        header = ["shape", "generator", "CPU us per request", "least", "most", "requests/s", "of its core"]
        header += [f"times {name}" for name in (HTTP_USER, FAST_HTTP_USER, WRK)]
        lines, before = [], None
        for row in self.rows:
            if row not in self.costs:
                continue
            costs = self.costs[row]
            each = [cost.us_per_request for cost in costs]
            lines.append(
                [
                    "" if row.shape == before else row.shape.name,
                    row.generator.name,
                    f"{statistics.median(each):.1f}",
                    f"{min(each):.1f}",
                    f"{max(each):.1f}",
                    f"{statistics.median(cost.requests_per_s for cost in costs):.0f}",
                    f"{statistics.median(cost.core_share for cost in costs):.0%}",
                    *(self.ratio(row, name) for name in (HTTP_USER, FAST_HTTP_USER, WRK)),
                ]
            )
            before = row.shape
        return draw(header, lines)

    def ratio(self, row: Row, name: str) -> str:
        ours, other = self.us(row.shape, row.generator.name), self.us(row.shape, name)
        if ours is None or other is None or name == row.generator.name:
            return ""
        return ratio_text(ours / other)

    def others(self) -> str:
        """What else the machine did meanwhile."""
        shares = [cost.others_share for costs in self.costs.values() for cost in costs] or [math.nan]
        return (
            f"all else that ran in the windows took {statistics.median(shares):.0%} of the cores by the median, "
            f"{max(shares):.0%} at most"
        )

    def notes(self) -> list[str]:
        return [
            f"{row.shape.name}, {row.generator.name}: measured {len(self.costs.get(row, ()))} times and refused "
            f"{len(errors)} times, the last time because {errors[-1].splitlines()[0]}"
            for row, errors in self.refused.items()
        ]

    def record(self) -> list[dict[str, object]]:
        return [
            {
                "shape": row.shape.name,
                "generator": row.generator.name,
                "runs": [asdict(cost) for cost in costs],
            }
            for row, costs in self.costs.items()
        ]

    def commands(self) -> list[str]:
        """Each once, as from the top folder of the repository."""
        lines = [
            " ".join(row.generator.fill(url="URL" + row.shape.path, users=row.shape.users, seconds="N"))
            for row in self.rows
        ]
        return [line.replace(f"{REPOSITORY}/", "") for line in dict.fromkeys(lines)]

    def document(self, machine: str, plan: str, left_out: list[str]) -> str:
        """The whole of docs/benchmarks.md."""
        met, unknown = self.requirements()
        verdicts = [requirement.cells() for requirement in met] + [
            [text, "", "", "unknown"] for text in unknown
        ]
        return DOCUMENT_TEXT.format(
            machine=f"{machine}\nmeanwhile {self.others()}",
            requirements=markdown(["CPU per request", "measured", "at most", ""], verdicts),
            plan=plan,
            figures=self.table(markdown),
            commands="\n".join(self.commands()),
            left_out="\n".join(f"* {line}" for line in [*LEFT_OUT, *left_out]),
        )
