"""Names of runners and environments that code imports which never runs a test of several processes."""

from __future__ import annotations

from typing import Any

import pytest

from locust import runners
from locust.env import Environment, WebUI
from locust.exception import LocustError
from locust.runners import (
    DistributedRunner,
    LocalRunner,
    MasterRunner,
    Runner,
    WorkerNodes,
    WorkerRunner,
)
from locust.shape import Runner as RunnerOfShapes


def test_what_a_runner_is_can_be_asked() -> None:
    runner = Environment().create_local_runner()
    assert isinstance(runner, LocalRunner)
    assert not isinstance(runner, (DistributedRunner, MasterRunner, WorkerRunner))
    assert issubclass(MasterRunner, DistributedRunner) and issubclass(WorkerRunner, DistributedRunner)
    assert issubclass(DistributedRunner, Runner) and RunnerOfShapes is Runner


def test_runners_of_several_processes_refuse_in_one_line() -> None:
    environment = Environment()
    for make in (
        lambda: MasterRunner(environment, "*", 5557),
        lambda: WorkerRunner(environment, "127.0.0.1", 5557),
        lambda: DistributedRunner(environment),
        lambda: WebUI(environment, "", 8089),
    ):
        with pytest.raises(LocustError, match="not supported yet") as refusal:
            make()
        assert "\n" not in str(refusal.value)


def test_they_may_be_derived_from() -> None:
    class Watched(MasterRunner):
        def __init__(self) -> None:
            self.clients = WorkerNodes()
            self.seen: list[str] = []

        def handle_message(self, client_id: str, msg: Any) -> None:
            self.seen.append(client_id)

    runner = Watched()
    runner.handle_message("w1", None)
    assert runner.seen == ["w1"]
    with pytest.raises(LocustError, match="^reset_connection: .* not supported yet$"):
        runner.reset_connection()
    assert WorkerRunner.worker_index == -1


def test_its_tunables_can_be_assigned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runners, "HEARTBEAT_INTERVAL", 5)
    monkeypatch.setattr(runners, "MASTER_HEARTBEAT_TIMEOUT", 600)
    assert (runners.WORKER_REPORT_INTERVAL, runners.HEARTBEAT_LIVENESS) == (3.0, 3)
