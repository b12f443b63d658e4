"""How results are printed: plain tables, and on what they were obtained."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from generators import TICKS_PER_S, oracle, our_binary


def ratio_text(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio >= 1 else f"1/{1 / ratio:.1f}"


@dataclass(frozen=True)
class Requirement:
    """An upper limit and what was measured."""

    text: str
    measured: float
    limit: float
    unit: str = ""
    show: Callable[[float], str] = "{:.4g}".format

    @property
    def met(self) -> bool:
        return self.measured <= self.limit

    def cells(self) -> list[str]:
        """What, measured, limit, verdict."""
        numbers = [self.show(number) + f" {self.unit}".rstrip() for number in (self.measured, self.limit)]
        return [self.text, *numbers, "met" if self.met else "MISSED"]

    def line(self) -> str:
        text, measured, _, verdict = self.cells()
        return f"{verdict:6}  {text}: {measured} (at most {self.show(self.limit)})"


def markdown(header: list[str], rows: list[list[str]]) -> str:
    aligned = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [header, aligned, *rows])


def table(header: list[str], rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]

    def line(cells: list[str]) -> str:
        first, *others = zip(cells, widths, strict=True)
        return "  ".join([first[0].ljust(first[1])] + [cell.rjust(width) for cell, width in others])

    return "\n".join([line(header), line(["-" * width for width in widths]), *map(line, rows)])


def first_line(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return "not available"
    return next(iter((done.stdout + done.stderr).splitlines()), "says nothing")


def debian_version(package: str) -> str:
    return first_line("dpkg-query", "-W", "-f", "${Version}", package)


def busy_s() -> float:
    """What all cores together have worked since the machine started."""
    ticks = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) / TICKS_PER_S


def busy_percent(window_s: float = 1.0) -> float:
    """How busy all cores together are with other things, before anything of ours runs."""
    before_s, before = busy_s(), time.monotonic()
    time.sleep(window_s)
    return 100.0 * (busy_s() - before_s) / (time.monotonic() - before) / (os.cpu_count() or 1)


def surroundings(*more: str) -> str:
    """Machine and versions, those of further programs too: without them a figure means nothing."""
    busy = busy_percent()
    warning = "  <- NOT FIT FOR MEASURING: something else is at work here" if busy > 10 else ""
    cpu_info = Path("/proc/cpuinfo").read_text()
    model = next(
        (line.partition(": ")[2] for line in cpu_info.splitlines() if line.startswith("model name")), "?"
    )
    return "\n".join(
        [
            f"date     {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
            f"load     {busy:.0f} % busy before the start{warning}",
            f"machine  {os.cpu_count()} cores, {model}, {platform.system()} {platform.release()}",
            f"ours     {first_line(str(our_binary()), '--version')}",
            f"Locust   {first_line(str(oracle()), '--version').partition(' from ')[0]}",
            f"server   {first_line('nginx', '-v')}",
            f"others   {', '.join([first_line('wrk', '-v').partition(' Copyright')[0], *more])}",
        ]
    )


def conclude(requirements: list[Requirement], record: Path | None, figures: dict[str, object]) -> int:
    """Print the verdicts, write the figures down if wanted; the exit code of the benchmark."""
    print()
    for requirement in requirements:
        print(requirement.line())
    if record is not None:
        record.write_text(json.dumps(figures, indent=2) + "\n")
    return 0 if all(requirement.met for requirement in requirements) else 1
