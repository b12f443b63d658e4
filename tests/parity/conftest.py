"""Runs the selected cases with both generators on a few threads, while the tests wait for their own."""

from __future__ import annotations

import os
import queue
import shutil
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from cases import CASES, Case  # noqa: E402
from outcome import Outcome, run  # noqa: E402
from servers import Servers  # noqa: E402

REPOSITORY = Path(__file__).resolve().parents[2]


def program(variable: str, default: str) -> list[str]:
    path = Path(os.environ.get(variable, str(REPOSITORY / default))).absolute()
    if not os.access(path, os.X_OK):
        pytest.exit(f"{path} is not there: set {variable} to the program to compare", returncode=4)
    return [str(path)]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--jobs", type=int, default=4, help="how many runs to have under way at once")
    parser.addoption(
        "--keep", type=Path, default=None, help="folder for the files of every run, emptied first"
    )


@pytest.fixture(scope="session")
def outcome_of(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Case, bool], Outcome]]:
    """`outcome_of(case, ours)`: the outcome of a case, run ahead of time on one of the threads."""
    programs = {
        False: program("LOCUST_ORACLE", "build/oracle/bin/locust"),
        True: program("LOCUST_NEST_BINARY", "build/release/bin/locust-nest"),
    }
    chosen = {item.callspec.params["case"].name for item in request.session.items if with_case(item)}
    cases = [case for case in CASES if case.name in chosen]
    folder: Path | None = request.config.getoption("--keep")
    if folder is None:
        folder = tmp_path_factory.mktemp("parity")
    else:
        folder = folder.absolute()
        shutil.rmtree(folder, ignore_errors=True)
    jobs: int = request.config.getoption("--jobs")
    servers: queue.Queue[Servers] = queue.Queue()
    for _ in range(jobs):
        servers.put(Servers())

    def one(case: Case, ours: bool) -> Outcome:
        own = servers.get()
        try:
            name = case.name.replace(" ", "-").replace(",", "")
            return run(case, programs[ours], ours, own, folder / name / ("ours" if ours else "locust"))
        finally:
            servers.put(own)

    with ThreadPoolExecutor(jobs) as pool:
        futures: dict[tuple[str, bool], Future[Outcome]] = {
            (case.name, ours): pool.submit(one, case, ours) for case in cases for ours in programs
        }
        yield lambda case, ours: futures[case.name, ours].result()
        for future in futures.values():
            future.cancel()
    while not servers.empty():
        servers.get().close()


def with_case(item: pytest.Item) -> bool:
    return hasattr(item, "callspec") and "case" in item.callspec.params
