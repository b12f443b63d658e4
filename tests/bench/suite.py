"""CPU time per request of this program and others, by turns, shape by shape: one table."""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, replace

from cost import GENERATOR_CORE, SERVER_CORE, Load, measure
from gates import is_gate
from generators import REPOSITORY, BenchmarkError, oracle, our_binary, require
from memory import allow_files
from nginx import Nginx
from report import conclude, surroundings, table
from results import Results
from rows import BASELINE, Row, Shape, rows, versions

DOCUMENT = REPOSITORY / "docs/benchmarks.md"


@dataclass(frozen=True)
class Plan:
    """How often rows on which a gate rests are measured, and the others; and for how long."""

    gate_rounds: int
    rounds: int
    warm_up_s: float
    window_s: float

    def text(self) -> str:
        return (
            f"{self.gate_rounds} rounds of what a requirement rests on, {self.rounds} of the others, "
            f"{self.window_s:g} s each; generator on core {GENERATOR_CORE}, server on core {SERVER_CORE}."
        )

    def load(self, shape: Shape) -> Load:
        # Ten thousand connections take longer to get into their stride, and clocks of both ends differ by more.
        patience = 1.5 if shape.users > 1000 else 1.0
        return Load(shape.users, shape.closing, self.warm_up_s * patience, self.window_s * patience)


QUICK, FULL = Plan(2, 1, 0.7, 1.2), Plan(5, 2, 1.0, 2.5)


def measure_all(results: Results, plan: Plan) -> None:
    turns = [
        (number, row)
        for number in range(max(plan.gate_rounds, plan.rounds))
        for row in rotated(results.rows, number)
        if number < (plan.gate_rounds if is_gate(row) else plan.rounds)
    ]
    begun = time.monotonic()
    with Nginx(SERVER_CORE) as server:
        environment = {"BENCH_AUTHORITIES": str(server.authorities)}
        for turn, (number, row) in enumerate(turns, 1):
            passed = time.monotonic() - begun
            what = f"{row.shape.name:38} {row.generator.name:33}"
            print(
                f"{turn:3}/{len(turns)} {passed // 60:3.0f}:{passed % 60:02.0f} round {number + 1}  {what}",
                end=" ",
                flush=True,
            )
            try:
                cost = measure(
                    row.generator,
                    server,
                    getattr(server, row.shape.server) + row.shape.path,
                    plan.load(row.shape),
                    environment=environment,
                )
            except BenchmarkError as error:
                results.refused[row].append(str(error))
                print(f"REFUSED: {str(error).splitlines()[0]}", flush=True)
                continue
            results.costs[row].append(cost)
            print(f"{cost.us_per_request:8.1f} us {cost.requests_per_s:9.0f} requests/s", flush=True)


def rotated(chosen: list[Row], number: int) -> list[Row]:
    place = number * len(chosen) // 5 % len(chosen)
    return chosen[place:] + chosen[:place]


def benchmark(options: argparse.Namespace) -> int:
    return run(options, *rows())


def baseline(options: argparse.Namespace) -> int:
    """The first gates alone: this program, Locust and wrk in the first shape."""
    found, missing = rows()
    return run(options, [row for row in found if row.shape == BASELINE and is_gate(row)], missing)


def run(options: argparse.Namespace, chosen: list[Row], missing: list[str]) -> int:
    require(our_binary(), oracle())
    allow_files()
    plan = QUICK if options.quick else FULL
    if options.rounds:
        plan = replace(plan, gate_rounds=options.rounds)
    machine = surroundings(*versions())
    results = Results(chosen)
    print(machine, "", plan.text(), *results.commands(), "", sep="\n", flush=True)
    measure_all(results, plan)
    print("\n" + results.table(table) + f"\n\nmeanwhile {results.others()}")
    left_out = [*missing, *results.notes()]
    for line in left_out:
        print(f"left out: {line}")
    if options.write:
        DOCUMENT.write_text(results.document(machine, plan.text(), left_out))
    requirements, unknown = results.requirements()
    code = conclude(requirements, options.json, {"machine": machine.splitlines(), "rows": results.record()})
    for text in unknown:
        print(f"UNKNOWN {text}")
    return 2 if unknown else code
