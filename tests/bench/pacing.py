"""How evenly users start, how well tasks keep their pace, and how late waits end."""

from __future__ import annotations

import argparse
import json
import statistics
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generators import MODELS, BenchmarkError, Run, oracle, our_binary, require
from report import Requirement, conclude, surroundings, table

GENERATOR_CORE = 0
# Users per second, and how many.
RAMPS = {1000.0: 4000, 200.0: 800, 7.0: 29, 0.5: 4}
FAST_RAMP = 1000.0
USERS = 1000
# What makes the wait_time, and the seconds from one task to the next.
PACES = {"constant_throughput(0.5)": 2.0, "constant_throughput(4)": 0.25, "constant_pacing(0.7)": 0.7}
WAITS = "between(0.5, 1.5)"
BIN_S = 0.01
VARIATION_LIMIT, RATE_LIMIT, LATE_LIMIT_MS = 0.1, 0.01, 1.0


def times(program: Path, model: str, users: int, rate: float, seconds: float, **variables: str) -> Any:
    """What the model has noted."""
    load = ["-u", str(users), "-r", f"{rate:g}", "-t", f"{seconds:.0f}s", "-H", "http://127.0.0.1"]
    settings = [f"{name}={value}" for name, value in {"BENCH_TIMES": "times.json", **variables}.items()]
    command = [str(program), "-f", str(MODELS / model), "--headless", "--only-summary", *load]
    print("  " + " ".join([*settings, *command]), flush=True)
    with Run(["env", *settings, *command], GENERATOR_CORE) as run:
        try:
            run.process.wait(seconds + 120)
            return json.loads((run.folder / "times.json").read_text())
        except Exception as error:
            raise BenchmarkError(f"{program} left no times\n{run.output()[-2000:]}") from error


@dataclass(frozen=True)
class Ramp:
    """How users started."""

    rate: float
    users: int
    variation: float
    """Standard deviation of the times from one start to the next by their mean."""
    real_rate: float
    longest_ms: float

    @classmethod
    def of(cls, rate: float, wanted: int, started: list[float]) -> Ramp:
        if len(started) != wanted:
            raise BenchmarkError(f"{len(started)} of {wanted} users started at {rate:g}/s")
        gaps = [later - earlier for earlier, later in zip(started, started[1:], strict=False)]
        mean = statistics.fmean(gaps)
        return cls(rate, wanted, statistics.pstdev(gaps) / mean, 1 / mean, max(gaps) * 1e3)

    def row(self, name: str) -> list[str]:
        cells = [
            f"{self.rate:g}/s",
            name,
            str(self.users),
            f"{self.real_rate:.3f}/s",
            f"{self.variation:.3f}",
        ]
        return [*cells, f"{self.longest_ms:.2f} ms"]


@dataclass(frozen=True)
class Pace:
    """How tasks kept their interval, and how late they began."""

    wait: str
    tasks: int
    rate_error: float
    """Of all users together, as a share."""
    worst_error: float
    """Of one user."""
    drift_ms: float
    """How far the user that is furthest off is from its beginning plus whole intervals, at the end."""
    dispersion: float
    """Variance by mean of the tasks that begin within 10 ms: 1 if they come by chance, more if they bunch."""
    late_ms: dict[str, float]

    @classmethod
    def of(cls, wait: str, interval_s: float | None, noted: Any) -> Pace:
        runs = [user[1:] for user in noted["runs"]]  # the second task is the first that was waited for
        if len(runs) != USERS or min(map(len, runs)) < 3:
            raise BenchmarkError(f"{len(runs)} users with {min(map(len, runs), default=0)} tasks at least")
        spans = [user[-1] - user[0] for user in runs]
        intervals = [len(user) - 1 for user in runs]
        mean_s = interval_s or sum(spans) / sum(intervals)
        begin, end = max(user[0] for user in runs), min(user[-1] for user in runs)
        bins = Counter(int((at - begin) / BIN_S) for user in runs for at in user if begin <= at < end)
        counts = [bins[number] for number in range(int((end - begin) / BIN_S))]
        late = sorted(noted["late"])
        return cls(
            wait,
            sum(map(len, runs)),
            abs(sum(intervals) * mean_s / sum(spans) - 1),
            max(abs(count * mean_s / span - 1) for count, span in zip(intervals, spans, strict=True)),
            max(abs(span - count * mean_s) for count, span in zip(intervals, spans, strict=True)) * 1e3,
            statistics.pvariance(counts) / statistics.fmean(counts),
            {name: late[int(share * (len(late) - 1))] * 1e3 for name, share in (("p50", 0.5), ("p99", 0.99))},
        )

    def row(self, name: str, is_paced: bool) -> list[str]:
        paced = [f"{self.rate_error:.3%}", f"{self.worst_error:.3%}", f"{self.drift_ms:.2f} ms"]
        cells = [self.wait, name, str(self.tasks), *(paced if is_paced else ["-"] * 3)]
        return [*cells, f"{self.dispersion:.2f}", *(f"{value:.2f} ms" for value in self.late_ms.values())]


def benchmark(options: argparse.Namespace) -> int:
    require(our_binary())
    programs = {"locust-nest": our_binary()}
    if not options.ours_only:
        require(oracle())
        programs["Locust"] = oracle()
    seconds = 6.0 if options.quick else 15.0
    print(surroundings())
    print(f"\nRamps, and {USERS} users for {seconds:.0f} s whose tasks do nothing but note the time:")
    ramps: dict[str, list[Ramp]] = {name: [] for name in programs}
    paces: dict[str, list[Pace]] = {name: [] for name in programs}
    for name, program in programs.items():
        for rate, users in RAMPS.items():
            started = times(program, "ramp_user.py", users, rate, users / rate + 1)
            ramps[name].append(Ramp.of(rate, users, started))
        for wait, interval_s in {**PACES, WAITS: None}.items():
            rate = USERS / (interval_s or 1)  # so that the tasks are spread over the interval
            noted = times(program, "pacing_user.py", USERS, rate, USERS / rate + seconds, BENCH_WAIT=wait)
            paces[name].append(Pace.of(wait, interval_s, noted))
    ours, our_paces = ramps["locust-nest"], paces["locust-nest"]
    rows = [
        ramp.row(name)
        for pair in zip(*ramps.values(), strict=True)
        for name, ramp in zip(ramps, pair, strict=True)
    ]
    header = ["ramp", "", "users", "real rate", "variation", "longest gap"]
    print("\n" + table(header, rows))
    rows = [
        pace.row(name, pace.wait in PACES)
        for pair in zip(*paces.values(), strict=True)
        for name, pace in zip(paces, pair, strict=True)
    ]
    header = ["wait_time", "", "tasks", "rate off", "worst user", "drift", "dispersion", "late p50", "p99"]
    print("\n" + table(header, rows))
    fast = next(ramp for ramp in ours if ramp.rate == FAST_RAMP)
    return conclude(
        [
            Requirement(f"variation of the starts at {FAST_RAMP:g}/s", fast.variation, VARIATION_LIMIT),
            *(
                Requirement(f"{pace.wait}: rate off by", pace.worst_error, RATE_LIMIT)
                for pace in our_paces
                if pace.wait in PACES
            ),
            Requirement(
                "waits end late, p99", max(pace.late_ms["p99"] for pace in our_paces), LATE_LIMIT_MS, "ms "
            ),
        ],
        options.json,
        {"ramps": {name: list(map(vars, found)) for name, found in ramps.items()}}
        | {"paces": {name: list(map(vars, found)) for name, found in paces.items()}},
    )
