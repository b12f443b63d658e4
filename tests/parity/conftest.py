"""Runs the selected cases with both generators on a few threads, while the tests wait for their own."""

from __future__ import annotations

import os
import queue
import re
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from case import Case  # noqa: E402
from cases import CASES  # noqa: E402
from outcome import Engine, Outcome, run  # noqa: E402
from servers import Servers  # noqa: E402

REPOSITORY = Path(__file__).resolve().parents[2]


def program(variable: str, default: str) -> Path:
    return Path(os.environ.get(variable, str(REPOSITORY / default))).absolute()


def programs() -> dict[Engine, list[str]]:
    """The command of each engine; that of 0.14.6 may be missing."""
    found = {
        Engine.LOCUST: program("LOCUST_ORACLE", "build/oracle/bin/locust"),
        Engine.LEGACY: program("LOCUST_LEGACY_ORACLE", "build/legacy-oracle/bin/locust"),
        Engine.OURS: program("LOCUST_NEST_BINARY", "build/release/bin/locust-nest"),
    }
    for engine, path in list(found.items()):
        if os.access(path, os.X_OK):
            continue
        if engine is not Engine.LEGACY:
            pytest.exit(f"{path} is not there: see scripts/parity", returncode=4)
        del found[engine]
    return {engine: [str(path)] for engine, path in found.items()}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-retry", action="store_true", help="judge a case that differs by its first run")
    parser.addoption("--jobs", type=int, default=6, help="how many runs to have under way at once")
    parser.addoption(
        "--keep", type=Path, default=None, help="folder for the files of every run, emptied first"
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if Engine.LEGACY not in programs():
        terminalreporter.write_line(
            "Locust 0.14.6 is not there (scripts/legacy-oracle): legacy cases were compared with today's Locust "
            "where they have a twin, and skipped where not"
        )


class Runs:
    """The runs of the selected cases: all begun at once on a few threads, single ones again on demand."""

    def __init__(self, cases: list[Case], programs: dict[Engine, list[str]], folder: Path, jobs: int) -> None:
        self._programs = programs
        self._folder = folder
        self._servers: queue.Queue[Servers] = queue.Queue()
        for _ in range(jobs):
            self._servers.put(Servers())
        self._pool = ThreadPoolExecutor(jobs)
        self._futures: dict[tuple[str, Engine], Future[Outcome]] = {
            (case.name, engine): self._pool.submit(self._run, case, engine, "")
            for case in cases
            if (oracle := self.oracle(case)) is not None
            for engine in (oracle, Engine.OURS)
        }

    def oracle(self, case: Case) -> Engine | None:
        """Which Locust the case is compared with; None if it is not there."""
        if not case.legacy:
            return Engine.LOCUST
        if Engine.LEGACY in self._programs:
            return Engine.LEGACY
        return Engine.LOCUST if case.twin is not None else None

    def pair(self, case: Case) -> tuple[Outcome, Outcome]:
        """What came of the case with Locust and with our program."""
        locust, ours = (self._futures[case.name, engine].result() for engine in self._engines(case))
        return locust, ours

    def pair_alone(self, case: Case) -> tuple[Outcome, Outcome]:
        """The same again, one after the other and with nothing else of the suite under way."""
        wait(self._futures.values())
        locust, ours = (self._run(case, engine, "-again") for engine in self._engines(case))
        return locust, ours

    def _engines(self, case: Case) -> tuple[Engine, Engine]:
        oracle = self.oracle(case)
        assert oracle is not None
        return oracle, Engine.OURS

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)
        while not self._servers.empty():
            self._servers.get().close()

    def _run(self, case: Case, engine: Engine, suffix: str) -> Outcome:
        servers = self._servers.get()
        try:
            place = self._folder / re.sub(r"[^\w-]+", "-", case.name) / f"{engine.value}{suffix}"
            return run(case, self._programs[engine], engine, servers, place)
        finally:
            self._servers.put(servers)


@pytest.fixture(scope="session")
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    parameters = [getattr(item, "callspec", None) for item in request.session.items]
    chosen = {
        callspec.params["case"].name for callspec in parameters if callspec and "case" in callspec.params
    }
    folder: Path | None = request.config.getoption("--keep")
    if folder is None:
        folder = tmp_path_factory.mktemp("parity")
    else:
        folder = folder.absolute()
        shutil.rmtree(folder, ignore_errors=True)
    cases = [case for case in CASES if case.name in chosen]
    all_runs = Runs(cases, programs(), folder, request.config.getoption("--jobs"))
    yield all_runs
    all_runs.close()
