"""One recorded run, told to whichever `locust.stats` is installed: ours or the real Locust's.

As a program: `python stats_recording.py SCENARIO DIRECTORY` writes DIRECTORY/result.json and the CSV files.
Only Locust's public API is used, the clock is simulated, and nothing is random from one call to the next.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import random
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

START = 1_700_000_000.25
FRACTIONS = [0.0, 0.001, 0.25, 0.5, 0.66, 0.9, 0.95, 0.99, 0.9999, 1.0]
NAMES = [
    ("GET", "/"),
    ("POST", "/"),
    ("GET", '/quoted "name", with comma'),
    ("GET", "/línea\nzwei"),
    ("custom", "x" * 95),
    ("", "no method"),
]


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


class Recorder:
    """Feeds samples made from a seed, and reads everything that can be read."""

    def __init__(self, scenario: str, directory: Path, clock: Clock) -> None:
        from locust import stats
        from locust.exception import CatchResponseError

        self.module = stats
        self.scenario = scenario
        self.directory = directory
        self.clock = clock
        self.random = random.Random(scenario)
        self.stats = stats.RequestStats()
        self.errors: list[Any] = [
            CatchResponseError("not what I wanted"),
            CatchResponseError('said "no", twice'),
            ValueError("bad\nvalue"),
            RuntimeError("<thing object at 0x7f0001> and <thing object at 0x7f0001>"),
            "a string",
            "CatchResponseError('of another process')",
        ]
        exceptions = {
            1: {"count": 3, "msg": "boom, again", "traceback": 'File "x"\n  line', "nodes": {"local"}}
        }
        runner = SimpleNamespace(user_count=7, exceptions=exceptions, stats=self.stats, state="running")
        self.environment = SimpleNamespace(stats=self.stats, runner=runner)

    def response_time(self) -> float | None:
        roll = self.random.random()
        if self.scenario == "whole" or roll < 0.2:
            return self.random.choice([0, 1, 5, 95, 105, 115, 995, 1050, 1150, 10500, 12500, 61500, 1234567])
        if roll < 0.25:
            return None
        if roll < 0.35:
            return self.random.choice([0.5, 1.5, 2.5, 99.6, 125.0, 994.9, 995.0, 9950.0, 105.00000000000001])
        if roll < 0.37:
            return -self.random.random() * 10
        return self.random.lognormvariate(4, 2)

    def feed(self, count: int) -> None:
        for _ in range(count):
            self.clock.now += self.random.choice([0.0, 0.001, 0.01, 0.11])
            method, name = self.random.choice(NAMES)
            self.stats.log_request(method, name, self.response_time(), self.random.randrange(0, 5000))
            if self.random.random() < 0.15:
                self.stats.log_error(method, name, self.random.choice(self.errors))

    def read_entry(self, entry: Any) -> dict[str, Any]:
        serialized = entry.serialize()
        for key in ("response_times", "num_reqs_per_sec", "num_fail_per_sec"):
            serialized[key] = sorted(serialized[key].items())
        return {
            "to_dict": entry.to_dict(),
            "serialized": serialized,
            "percentiles": [entry.get_response_time_percentile(fraction) for fraction in FRACTIONS],
            "current": [entry.get_current_response_time_percentile(fraction) for fraction in FRACTIONS],
            "cache": [
                [second, sorted(item.response_times.items()), item.num_requests, item.num_none_requests]
                for second, item in entry.response_times_cache.items()
            ],
            "rates": [
                entry.current_rps,
                entry.current_fail_per_sec,
                entry.total_rps,
                entry.total_fail_per_sec,
            ],
            "text": [str(entry), entry.to_string(current=False)],
            "others": [entry.fail_ratio, entry.median_response_time, entry.avg_content_length],
        }

    def csv_text(self, write: Any) -> str:
        out = io.StringIO(newline="")
        write(csv.writer(out))
        return out.getvalue()

    def read(self) -> dict[str, Any]:
        entries = {f"{key}": self.read_entry(entry) for key, entry in sorted(self.stats.entries.items())}
        table = self.module.StatsCSV(self.environment, self.module.PERCENTILES_TO_REPORT)
        self.module.update_stats_history(self.environment.runner)
        return {
            "entries": entries,
            "total": self.read_entry(self.stats.total),
            "errors": [[key, error.to_name(), error.to_dict()] for key, error in self.stats.errors.items()],
            "serialized_errors": self.stats.serialize_errors(),
            "console": [
                self.module.get_stats_summary(self.stats, current=True),
                self.module.get_stats_summary(self.stats, current=False),
                self.module.get_percentile_stats_summary(self.stats),
                self.module.get_error_report_summary(self.stats),
            ],
            "csv": [
                self.csv_text(write)
                for write in (table.requests_csv, table.failures_csv, table.exceptions_csv)
            ],
            "history": self.stats.history,
        }

    def write_csv(self) -> None:
        """Drives the periodic writer by hand: each of its sleeps is a stretch of the run."""
        writer = self.module.StatsCSVFileWriter(
            self.environment,
            self.module.PERCENTILES_TO_REPORT,
            str(self.directory / "run"),
            full_history=self.scenario != "whole",
        )
        stretches = iter([300, 0, 1, 200, 0])

        def sleep(seconds: float) -> None:
            count = next(stretches, None)
            if count is None:
                raise KeyboardInterrupt
            self.clock.now += seconds
            self.feed(count)

        with mock.patch("gevent.sleep", sleep):
            writer.stats_writer()
        writer.close_files()

    def json_rows(self) -> list[Any]:
        """What --json prints: its layout, and its rows. Locust resets the entries by it."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            self.module.print_stats_json(self.stats)
        rows = json.loads(out.getvalue())
        layout = out.getvalue() == json.dumps(rows, indent=4) + "\n"
        for row in rows:
            for key in ("response_times", "num_reqs_per_sec", "num_fail_per_sec"):
                row[key] = sorted(row[key].items())  # ours are in order, Locust's by first occurrence
        return [layout, *rows]

    def merge(self) -> dict[str, Any]:
        """Two workers' reports into one master."""
        stats = self.module.RequestStats()
        for worker in range(2):
            self.clock.now += 1.5
            part = self.module.RequestStats()
            for number in range(50 * (worker + 1)):
                part.log_request("GET", f"/{number % 3}", self.response_time(), number)
                self.clock.now += 0.05
            part.log_error("GET", "/0", "lost")
            hooks = SimpleNamespace(report_to_master=Hook(), worker_report=Hook())
            self.module.setup_distributed_stats_event_listeners(hooks, part)
            data: dict[str, Any] = {}
            hooks.report_to_master.listeners[0]("worker", data)
            data = {**data, "errors": json.loads(json.dumps(data["errors"]))}
            target = SimpleNamespace(report_to_master=Hook(), worker_report=Hook())
            self.module.setup_distributed_stats_event_listeners(target, stats)
            target.worker_report.listeners[0]("worker", data)
        return {
            "total": self.read_entry(stats.total),
            "entries": {str(key): self.read_entry(entry) for key, entry in sorted(stats.entries.items())},
            "errors": stats.serialize_errors(),
        }


class Hook:
    def __init__(self) -> None:
        self.listeners: list[Any] = []

    def add_listener(self, listener: Any) -> None:
        self.listeners.append(listener)


def configure(scenario: str) -> dict[str, Any]:
    """The module constants that the scenario assigns, as a model would."""
    if scenario == "own settings":
        return {
            "PERCENTILES_TO_REPORT": [0.1, 0.5, 0.123456789, 0.999, 1.0],
            "PERCENTILES_TO_STATISTICS": [0.5],
            "PERCENTILES_TO_CHART": [0.25, 0.75],
            "CURRENT_RESPONSE_TIME_PERCENTILE_WINDOW": 3,
            "STATS_NAME_WIDTH": 40,
        }
    if scenario == "own buckets":
        return {
            "bucket_response_time": lambda response_time: int(response_time / 25) * 25,
            "STATS_NAME_WIDTH": 60,
        }
    if scenario == "no buckets":
        return {"bucket_response_time": lambda response_time: response_time}
    return {"CONSOLE_STATS_INTERVAL_SEC": 2}


SCENARIOS = ["mixed", "whole", "own settings", "own buckets", "no buckets", "quiet"]


def record(scenario: str, directory: Path) -> dict[str, Any]:
    """Runs the scenario, leaves the CSV files in `directory`, and returns what could be read on the way."""
    clock = Clock()
    from locust import stats

    with mock.patch.object(time, "time", clock), mock.patch.multiple(stats, **configure(scenario)):
        recorder = Recorder(scenario, directory, clock)
        readings = [recorder.read()]
        for count in [1, 1, 400, 5, 700] if scenario != "quiet" else [0, 1]:
            recorder.feed(count)
            clock.now += recorder.random.choice([0.0, 0.4, 1.0, 4.0])
            readings.append(recorder.read())
        recorder.write_csv()
        readings.append(recorder.read())
        readings.append(recorder.merge())
        rows = recorder.json_rows()
        recorder.stats.reset_all()
        readings.append(recorder.read())
        recorder.feed(20)
        readings.append(recorder.read())
        recorder.stats.clear_all()
        readings.append(recorder.read())
    return {"readings": readings, "json": rows}


if __name__ == "__main__":
    output = Path(sys.argv[2])
    (output / "result.json").write_text(json.dumps(record(sys.argv[1], output)))
