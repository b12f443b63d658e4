"""What a run of Locust 0.14.6 and a run of today's output have in common, in the same lines for both.

0.14.6 has another console table, fewer CSV files and columns, and its `print` goes through the log. Left out are the
texts of log records, headings, and the errors in the CSV file (those of the console are compared).
"""

from __future__ import annotations

import ast
import csv
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

Clean = Callable[[str], str]

RECORD = re.compile(r"^\[\d{4}-[^\]]+\] \S+?/[A-Z]+/(?P<logger>[\w.]+): (?P<text>.*)$", re.S)
STATS_ROW = re.compile(r"^ (?P<label>\S.*?) +(?P<requests>\d+) +(?P<failures>\d+)\(\d+\.\d+%\) ")
ERROR_ROW = re.compile(r"^ (?P<count>\d+) {2,}(?P<where>\S.*?): (?P<text>([\"']).*\4) *$")
VERDICT = re.compile(r"CatchResponseError\((.+?),?\)", re.S)
RAISED = re.compile(r"^(?P<type>[A-Za-z_][\w.]*)(: (?P<text>.*))?$")


def is_legacy(stderr: str) -> bool:
    """Whether this is what 0.14.6 writes."""
    return re.search(r"INFO/locust\.\w+: (Hatching and swarming|Starting Locust 0\.)", stderr) is not None


def read(stderr: str, folder: Path, clean: Clean) -> dict[str, list[str]]:
    """The aspects of a run of 0.14.6 that are not read in the same way for all."""
    lines = stderr.splitlines()
    return {
        "requests": [
            f"{label}: {requests} requests, {failures} failures"
            for label, requests, failures in table_rows(lines, clean)
        ],
        "error report": sorted(clean(row) for row in error_rows(lines)),
        **shared_aspects(stderr, folder, clean),
    }


def read_counts(stderr: str, clean: Clean) -> dict[str, int]:
    """Requests by "method name"."""
    return {label: int(requests) for label, requests, _ in table_rows(stderr.splitlines(), clean)}


def shared_aspects(stderr: str, folder: Path, clean: Clean) -> dict[str, list[str]]:
    """What is read from both outputs in this reduced form."""
    return {
        "tracebacks": [clean(line) for line in tracebacks(stderr)],
        "csv requests": csv_rows(folder / "out_stats.csv", (2, 3), clean),
        "csv failures": csv_rows(folder / "out_failures.csv", (3,), clean),
    }


def table_rows(lines: list[str], clean: Clean) -> list[tuple[str, str, str]]:
    tables = [number for number, line in enumerate(lines) if re.match(r" Name +# reqs +# fails", line)]
    rows = []
    for line in lines[tables[-1] + 2 :] if tables else []:
        if match := STATS_ROW.match(line):
            rows.append((clean(match["label"]), match["requests"], match["failures"]))
        elif not line.startswith("-----"):
            break
    return rows


def error_rows(lines: list[str]) -> list[str]:
    """The error report, whose texts 0.14.6 quotes twice: the exception's, and that of a `failure("text")` in it."""
    reports = [number for number, line in enumerate(lines) if line == "Error report"]
    rows = []
    for line in lines[reports[-1] + 3 :] if reports else []:
        match = ERROR_ROW.match(line)
        if match is None:
            break
        text = ast.literal_eval(match["text"])
        if verdict := VERDICT.fullmatch(text):
            text = ast.literal_eval(verdict[1])
        rows.append(f"{match['count']} x {match['where']}: {text}")
    return rows


def csv_rows(path: Path, columns: tuple[int, ...], clean: Clean) -> list[str]:
    """The sums of some columns for each method and name, which are the first two.

    Headings differ, and the method of the last row of all: "None" in 0.14.6, empty today.
    """
    if not path.exists():
        return ["no such file"]
    sums: dict[str, list[int]] = {}
    with open(path, newline="") as file:
        for row in list(csv.reader(file))[1:]:
            label = clean(" ".join(cell for cell in row[:2] if cell != "None").strip())
            before = sums.get(label, [0] * len(columns))
            sums[label] = [number + int(row[column]) for number, column in zip(before, columns, strict=True)]
    return sorted(f"{label}: {', '.join(map(str, numbers))}" for label, numbers in sums.items())


def tracebacks(stderr: str) -> list[str]:
    """How often which exception ended a traceback in the log; causes are left out."""
    raised: Counter[str] = Counter()
    inside = False
    last = ""
    for line in [*log_texts(stderr), "end"]:
        if line.startswith("Traceback (most recent call last):"):
            inside = True
        elif inside and (match := RAISED.match(line)):
            last = f"{match['type'].rpartition('.')[2]}: {match['text'] or ''}".strip()
            inside = False
        elif last and ("direct cause" in line or "During handling" in line):
            last = ""
        elif last and line.strip():
            raised[last] += 1
            last = ""
    return sorted(f"{count} x {text}" for text, count in raised.items())


def log_texts(stderr: str) -> list[str]:
    """The lines of a log without what the log puts before each record."""
    return [match["text"] if (match := RECORD.match(line)) else line for line in stderr.splitlines()]


def printed(stderr: str) -> str:
    """What the model printed, of which 0.14.6 makes log records: one for the text and one for its line end."""
    texts: list[str] = []
    ours = False
    for line in stderr.splitlines():
        if match := RECORD.match(line):
            ours = match["logger"] == "stdout" and match["text"] != ""
            if ours:
                texts.append(match["text"])
        elif ours:
            texts.append(line)
    return "".join(f"{text}\n" for text in texts)
